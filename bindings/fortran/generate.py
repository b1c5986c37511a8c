#!/usr/bin/python3
"""Generates the Fortran modules and the C++ classes from the public C headers.

usage: generate.py [--check] [--list]
  (no option)  writes bindings/fortran/generated/ and bindings/cxx/include/hearth/generated/
  --check      writes nothing; fails, showing the difference, if the committed files are not what the headers say
  --list       prints the public functions, one to a line: name, c_only or all

Needs libclang and its Python module (Debian: python3-clang); exits with 77 where they are missing.
"""

import difflib
import os
import sys

try:
    import clang.cindex
    clang.cindex.Index.create()
except Exception as reason:  # no module, or no library: both mean that nothing can be generated here
    print(f"skipped: libclang for Python is not available ({reason})")
    sys.exit(77)

import emit_cxx
import emit_fortran
import emit_fortran_c
import emit_stubs
from model import Unsupported
from parse import parse

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def outputs(model):
    """Path -> text of all generated files."""
    files = {}
    for name, text in {**emit_fortran_c.emit(model), **emit_fortran.emit(model), **emit_stubs.emit(model)}.items():
        files[os.path.join(HERE, "generated", name)] = text
    for name, text in emit_cxx.emit(model).items():
        files[os.path.join(ROOT, "bindings", "cxx", "include", "hearth", "generated", name)] = text
    return files


def stale(files):
    """Generated files on disk that the generator no longer writes."""
    folders = {os.path.dirname(path) for path in files}
    present = [os.path.join(folder, name) for folder in folders if os.path.isdir(folder) for name in os.listdir(folder)]
    return sorted(set(present) - set(files))


def read(path):
    try:
        with open(path, encoding="utf-8") as handle:
            return handle.read()
    except FileNotFoundError:
        return ""


def check(files):
    fresh = True
    for path, text in files.items():
        old = read(path)
        if old != text:
            fresh = False
            name = os.path.relpath(path, ROOT)
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, name + " (from the headers)", n=1))
    for path in stale(files):
        fresh = False
        print(f"{os.path.relpath(path, ROOT)} is generated no longer")
    if not fresh:
        print("The bindings are not what the headers say: run bindings/fortran/generate.py and commit the result.")
    return 0 if fresh else 1


def write(files):
    for path, text in files.items():
        if read(path) != text:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as handle:
                handle.write(text)
            print("wrote", os.path.relpath(path, ROOT))
    for path in stale(files):
        os.remove(path)
        print("removed", os.path.relpath(path, ROOT))
    return 0


def main(arguments):
    if set(arguments) - {"--check", "--list"}:
        print(__doc__)
        return 2
    try:
        model = parse(os.path.join(ROOT, "src", "c", "include"))
        if "--list" in arguments:
            for function in model.functions:
                print(function.name, "c_only" if function.c_only else "all")
            return 0
        files = outputs(model)
    except Unsupported as problem:
        print(f"generate.py: {problem}", file=sys.stderr)
        return 1
    return check(files) if "--check" in arguments else write(files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
