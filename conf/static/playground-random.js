// NumPy's random numbers to the last bit: default_rng(seed).standard_normal().
//
// A seed is mixed into 256 bits (SeedSequence), which start a generator of 64 random
// bits at a time (PCG64); the ziggurat makes normal numbers of them.

const BITS_64 = (1n << 64n) - 1n;
const BITS_128 = (1n << 128n) - 1n;

// Return eight words of 32 bits, as SeedSequence(seed).generate_state(8) does.
function mixedSeed(seed) {
  let factor = 0x43b0d7e5;
  const hash = (value, growth) => {
    value ^= factor;
    factor = Math.imul(factor, growth);
    value = Math.imul(value, factor);
    return value ^ (value >>> 16);
  };
  const pool = [seed, 0, 0, 0].map((word) => hash(word, 0x931e8875));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) {
        const other = Math.imul(0x4973f715, hash(pool[from], 0x931e8875));
        const mixed = Math.imul(0xca01f9dd, pool[to]) - other;
        pool[to] = mixed ^ (mixed >>> 16);
      }
    }
  }
  factor = 0x8b51f9dd;
  return [...pool, ...pool].map((word) => hash(word, 0x58f38ded) >>> 0);
}

// Return a function that gives the next 64 random bits, as a BigInt.
function pcg64(seed) {
  const words = mixedSeed(seed).map(BigInt);
  const number = (first) =>
    (words[first + 1] << 96n) | (words[first] << 64n)
    | (words[first + 3] << 32n) | words[first + 2];
  const factor = (2549297995355413924n << 64n) | 4865540595714422341n;
  const summand = ((number(4) << 1n) | 1n) & BITS_128;
  let state = ((summand + number(0)) * factor + summand) & BITS_128;
  return () => {
    state = (state * factor + summand) & BITS_128;
    const bits = (state >> 64n) ^ (state & BITS_64);
    const turn = state >> 122n;
    return ((bits >> turn) | (bits << (64n - turn))) & BITS_64;
  };
}

// Where the layers of the ziggurat end: 256 numbers in float64, widest first. They are
// NumPy's own; computed anew, most would differ from them in the last bits.
const EDGES = new Float64Array(
  Uint8Array.from(
    atob([
      "edkVeDtJD0DG9v3jC43LP7RbLDyvUNI/YTtEOLl81T8Mpy/o/AHYP7zQTC4MI9o/92E4L00A3D90",
      "cnRaL6zdP8PVTC1IMt8/rbuOJzJN4D9DXQI7BfXgP3c2QZemkuE/9Rp6j6In4j+A2GM4LrXiP/WR",
      "V8A/POM/L7GiwZ694z9Vm/+N7znkP6f+PTa7seQ/dNMaYnUl5T+WzgengJXlP+p+2c8xAuY/PXyj",
      "YdJr5j9wBQCSotLmP6b4RtPaNuc/dyqzEK2Y5z9D9UatRfjnP3cKQ1PMVeg/mnZ7nmSx6D+Yz06p",
      "LgvpP+oeLIJHY+k/RsU4jsm56T8sp6TczA7qP1nNd21nYuo/MBYQbq206j+cbBNtsQXrPyl6QoeE",
      "Ves/Op9Sjjak6z8ygr8q1vHrP/NOWflwPuw/YTsypROK7D+LJnL+ydTsP0i3gA6fHu0/EB/kKZ1n",
      "7T/DuCMAzq/tP1N28ak69+0//u3Stes97j8Ab3oz6YPuP86C+b06ye4/JmLwhOcN7z+I9thU9lHv",
      "P67Xh55tle8/rC76fVPY7z/sNELgVg3wP5qPOfVALvA//KUWnupO8D8QoHJbVm/wPwv0cZCGj/A/",
      "E2G8hH2v8D9/zEtmPc/wP2sIFkvI7vA/7hWVMiAO8T++DzEHRy3xP0GRjp8+TPE/HiDEvwhr8T80",
      "2ngap4nxP4ht7lEbqPE/yyr4+GbG8T8u1OCTi+TxP5+gQJmKAvI/6cbEcmUg8j8fw+l9HT7yP/tr",
      "qQy0W/I/f9MdZip58j8b1xnHgZbyP9ouuGK7s/I/U7jhYtjQ8j+Oqcvo2e3yP9dIbg3BCvM/MLn0",
      "4Y4n8z+hXiZwRETzP9VSyrriYPM/algFvmp98z9ksrJv3ZnzPwM9uL87tvM/4B1WmIbS8z+DWnLe",
      "vu7zP3Se4HHlCvQ/XXSmLfsm9D+kMDzoAEP0P13HynP3XvQ/NsNmnt969D8vj0gyupb0P11BAvaH",
      "svQ/3BGzrEnO9D8FpjgWAOr0P2JVXu+rBfU/WosK8k0h9T9PZmrV5jz1P8iyG053WPU/eF9VDgB0",
      "9T8UhQ7GgY/1P1kbJCP9qvU/PXN90XLG9T/TjC974+H1Pzhen8hP/fU/wx+jYLgY9j+isKLoHTT2",
      "PwsmtwSBT/Y/cpbJV+Jq9j83MbGDQob2P7GyUCmiofY/u0Oz6AG99j9S0yhhYtj2P1T4YTHE8/Y/",
      "62iL9ycP9z/GFGlRjir3P9zucNz3Rfc/H3PlNWVh9z9J9O/61nz3P5O9ushNmPc/CRSLPMqz9z/7",
      "ItvzTM/3P+fec4zW6vc/H+qGpGcG+D92hsjaACL4PxWfic6iPfg/vfXRH05Z+D/FfnpvA3X4Py33",
      "R1/DkPg/Q8AFko6s+D+cDKGrZcj4PydqRFFJ5Pg/j7VzKToA+T9HgyjcOBz5P/wK7xJGOPk/iqID",
      "eWJU+T/u1XC7jnD5PzEqLonLjPk/v5k/kxmp+T8s2dWMecX5PxF0byvs4fk/StL6JnL++T+SNvk5",
      "DBv6P1vIoiG7N/o/iLsLnn9U+j+kqUpyWnH6Pz0xoGRMjvo/CPGfPlar+j/O9VrNeMj6Pzazi+G0",
      "5fo/GqHDTwsD+z9bmJrwfCD7PwAM4KAKPvs/Az3OQbVb+z8niT+5fXn7Pzz35fFkl/s/biWF22u1",
      "+z+iwC5rk9P7P4OugZvc8fs/oBbsbEgQ/D8tevDl1y78PxwNbhOMTfw/BYfsCGZs/D8XpuvgZov8",
      "P6uiNr2Pqvw/kNY7x+HJ/D834GgwXun8P26PizIGCf0/IO83ENso/T9HxjMV3kj9PyPx55YQaf0/",
      "pfvX9HOJ/T9wbiCZCar9Pw5J/PjSyv0/Ny5SldHr/T8c0kn7Bg3+P/ZG6sR0Lv4/iNHBmRxQ/j8l",
      "/pcvAHL+Pwq/KkshlP4/CG/3wIG2/j86pxB2I9n+P6nsAWEI/P4/IVPCijIf/z9tTbcPpEL/P2gB",
      "ySBfZv8/gpeJBGaK/z+/InEYu67/P4XnL9Jg0/8/C/YYwVn4/z91oNNH1A4AQEfJjwKoIQBAqwKp",
      "g6k0AEDH9T5O2kcAQH6zrfY7WwBAaCanI9BuAEAXLmOPmIIAQFSi6AiXlgBAxMBxdc2qAEBI1O7R",
      "Pb8AQDA9qjTq0wBAk2URz9ToAEC2n6bv//0AQEFwIARuEwFANV27myEpAUBtCcRpHT8BQDsuYEhk",
      "VQFA8+6dO/lrAUBhEtJ034IBQKzrTlYamgFAji9/d62xAUCUpnGpnMkBQDmu5Pvr4QFAAdniwp/6",
      "AUCBzASdvBMCQO7Tb3pHLQJAJJyspEVHAkDgWHbHvGECQC5ZqPqyfAJAeA53zS6YAkBSCipTN7QC",
      "QJfbljHU0AJA9XipsQ3uAkDurlbS7AsDQKOkaF57KgNAoxKuBcRJA0BAqDN60mkDQApBVpKzigNA",
      "+oiucHWsA0CmBBezJ88DQHX0YKrb8gNA2uW5nKQXBECUXlQVmD0EQBU6p0TOZARAvEOcdWKNBEAn",
      "Wmudc7cEQAKJzQ0l4wRAQazpU58QBUBCfjpSEUAFQBvkSqmxcQVA2Y1xi8ClBUD+0DokitwFQEwe",
      "hs9pFgZA6moAe85TBkDD5Z++QJUGQDLiCY1r2wZANHpf8CgnB0BzBglWlXkHQIzO1vQt1AdANPIp",
      "BQM5CEAUfKq/D6sIQJZEb5TgLglAq1dAAe7LCUBad5R43I8KQLH9eDgfmAtAM60JgrQ7DUA=",
    ].join("")),
    (letter) => letter.charCodeAt(0),
  ).buffer,
);

// Below this, of 2 ** 52, a number surely lies under the curve.
const SURE = Float64Array.from(EDGES, (edge, layer) =>
  layer === 1 ? 0 : Math.round((EDGES[(layer + 255) % 256] / edge) * 2 ** 52),
);
const HEIGHTS = Float64Array.from(EDGES, (edge, layer) =>
  layer ? Math.exp(-0.5 * edge * edge) : 1,
);

// Return a function that gives the next normal number.
function standardNormal(seed) {
  const next = pcg64(seed);
  const uniform = () => Number(next() >> 11n) / 2 ** 53;
  const tail = () => {
    const start = 3.654152885361009;
    for (;;) {
      const beyond = -0.27366123732975828 * Math.log1p(-uniform());
      const height = -Math.log1p(-uniform());
      if (2 * height > beyond * beyond) {
        return start + beyond;
      }
    }
  };
  return () => {
    for (;;) {
      const bits = next();
      const layer = Number(bits & 255n);
      const sign = bits & 256n ? -1 : 1;
      const part = Number((bits >> 9n) & 0xfffffffffffffn);
      const x = sign * part * (EDGES[layer] / 2 ** 52);
      if (part < SURE[layer]) {
        return x;
      }
      if (layer === 0) {
        return (bits >> 17n) & 1n ? -tail() : tail();
      }
      const [low, high] = [HEIGHTS[layer], HEIGHTS[layer - 1]];
      if ((high - low) * uniform() + low < Math.exp(-0.5 * x * x)) {
        return x;
      }
    }
  };
}
