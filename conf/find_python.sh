#!/bin/sh
# Print the path of a Python that the packages exist for, or end with one line that says
# which to take and how to get it.
#
#   sh conf/find_python.sh               the Python of .venv, else another that fits
#   sh conf/find_python.sh python3.12    this one or none
#
# A Python counts only after it has run: pyenv has commands for versions that it has not.

needed="Python 3.11, 3.12 or 3.13 is needed"
range=">=3.11,<3.14"

# What a Python says of itself. Python 2 must be able to read it.
question='
import sys
version = sys.version.split()[0]
if hasattr(sys, "pypy_version_info"):
    print("is PyPy, and the packages are for CPython")
elif sys.version_info[:2] < (3, 11):
    print("is Python %s, which is too old" % version)
elif sys.version_info[:2] > (3, 13):
    print("is Python %s, for which there is no TensorFlow yet" % version)
elif sys.maxsize < 2**32:
    print("is a 32-bit Python, and the packages are for 64 bits")
elif "free-threading" in sys.version:
    print("is the free-threaded Python %s, and there is no TensorFlow for it" % version)
else:
    try:
        import @
        print("fits " + sys._base_executable)
    except ImportError:
        print("cannot make virtual environments; apt install python%d.%d-venv"
              % sys.version_info[:2])
'
# Debian ships Python without ensurepip. An environment that is there does without it.
can_make_one=$(printf '%s' "$question" | sed 's/@/ensurepip, venv/')
is_one=$(printf '%s' "$question" | sed 's/@/sys/')

stop() {
  echo "make: $1" >&2
  exit 1
}

# ask NAME QUESTION: print the path and end, or leave in $reason why this one will not do.
ask() {
  if ! command -v "$1" >/dev/null 2>&1; then
    reason="$1 was not found"
    return
  fi
  answer=$("$1" -ES -c "$2" 2>&1 </dev/null)
  if [ $? -ne 0 ]; then
    reason="$1 does not run ($(printf '%s\n' "$answer" | sed '1!d'))"
    return
  fi
  answer=$(printf '%s\n' "$answer" | sed '$!d') # a warning may stand before it
  case $answer in
    "fits "*) echo "${answer#fits }"; exit ;;
    *) reason="$1 $answer" ;;
  esac
}

# Print how this system's own tools install a Python that fits, if they do.
remedy() {
  if command -v brew >/dev/null 2>&1; then
    echo "brew install python@3.13"
  elif command -v apt-cache >/dev/null 2>&1; then
    for minor in 13 12 11; do
      if apt-cache show "python3.$minor-venv" >/dev/null 2>&1; then
        echo "apt install python3.$minor-venv"
        return
      fi
    done
  elif command -v dnf >/dev/null 2>&1; then
    echo "dnf install python3.13"
  elif command -v zypper >/dev/null 2>&1; then
    echo "zypper install python313"
  fi
}

how() {
  own=$(remedy)
  echo "Get one with: ${own:+$own, or with }uv python install 3.13"
}

if [ -n "$1" ]; then
  ask "$1" "$can_make_one"
  stop "$needed, and PYTHON=$reason. $(how)"
fi

ask .venv/bin/python "$is_one"
ask python3 "$can_make_one"
first=$reason
for name in python3.13 python3.12 python3.11 python; do
  ask "$name" "$can_make_one"
done

if command -v uv >/dev/null 2>&1; then
  find_uvs() { uv python find --system --no-project "$range" 2>/dev/null; }
  if ! path=$(find_uvs); then
    echo "$needed, and $first. So uv installs Python 3.13." >&2
    uv python install 3.13 >&2 || stop "uv could not install Python 3.13 (see above)."
    path=$(find_uvs)
  fi
  ask "$path" "$can_make_one"
  stop "$needed, and uv's $reason."
fi
stop "$needed, and $first. $(how)"
