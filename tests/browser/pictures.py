"""Screenshots, halved and stored in few colours, and what differs between two.

A pixel differs if its colour is not between those that the other picture has there and
beside it. That forgives how the edges of letters are drawn. What has moved, has another
colour or is missing leaves pixels that differ, and many at one place.
"""

from io import BytesIO

import numpy as np
from PIL import Image

COLOURS = 128
NEARLY = 24  # of 255, beyond the darkest or the brightest; few colours cost up to 20
TILE = 32  # pixels of a picture, which are 64 of the page
MOST = 12  # pixels that differ in one tile


def halved(screenshot):
    """Return a screenshot, the bytes of a PNG, half as large."""
    image = Image.open(BytesIO(screenshot)).convert("RGB")
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)


def stored(path):
    """Return a picture from a file, which is closed."""
    with Image.open(path) as picture:
        return picture.copy()


def store(picture, path):
    """Write a picture in few colours, of which none is far from the true one."""
    method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
    picture.quantize(COLOURS, method, dither=dither).save(path, optimize=True)


def outside(one, other):
    """Return which pixels of an array of colours are outside the range of another."""
    rows, columns, _ = one.shape
    padded = np.pad(other, ((1, 1), (1, 1), (0, 0)), mode="edge")
    near = [padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    low, high = np.min(near, axis=0) - NEARLY, np.max(near, axis=0) + NEARLY
    return ((one < low) | (one > high)).any(axis=2)


def difference(actual, expected):
    """Return which pixels differ, or None if the sizes do."""
    if actual.size != expected.size:
        return None
    one, other = (np.asarray(each.convert("RGB"), int) for each in (actual, expected))
    return outside(one, other) | outside(other, one)


def places(differing):
    """Return where on the page many pixels differ: left, top and number of pixels.

    Tiles overlap by half, so that what lies on an edge counts as a whole.
    """
    found = []
    for top in range(0, differing.shape[0], TILE // 2):
        for left in range(0, differing.shape[1], TILE // 2):
            number = differing[top : top + TILE, left : left + TILE].sum()
            if number > MOST:
                found.append((2 * left, 2 * top, int(number)))
    return found


def drawn(differing, expected):
    """Return a picture of what differs, in red on the pale expected picture."""
    pale = 255 - (255 - np.asarray(expected.convert("RGB"), int)) // 4
    pale[differing] = (220, 0, 0)
    return Image.fromarray(pale.astype(np.uint8))
