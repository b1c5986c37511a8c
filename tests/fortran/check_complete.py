"""Every public function of the C headers is called by the Fortran modules (unless only C needs it) and by the C++ classes. Reads the headers by itself,
without the generator's parser, so that a function which that parser overlooked is found."""

import glob
import os
import re
import sys

# Fortran makes contexts by hearth_context_create_fortran; destroy functions of handles are called by the types' free_c.
PROTOTYPE = re.compile(r"\b(HEARTH_C_ONLY\s+)?HEARTH_(?:COLLECTIVE|LOCAL)\s+(?:const\s+)?\w+\s*\*?\s*(hearth_\w+)\s*\(")


def read(pattern):
    paths = sorted(glob.glob(pattern, recursive=True))
    return "".join(open(path, encoding="utf-8").read() for path in paths if not path.endswith("hearth_c.f90"))


def main(root):
    headers = read(os.path.join(root, "src/c/include/hearth/*.h"))
    functions = [(name, bool(c_only)) for c_only, name in PROTOTYPE.findall(headers)]
    fortran = read(os.path.join(root, "bindings/fortran/**/*.f90"))
    cxx = read(os.path.join(root, "bindings/cxx/include/hearth/**/*.hpp"))
    missing = [f"Fortran lacks {name}" for name, c_only in functions if not c_only and not re.search(rf"\bc_{name}\(", fortran)]
    missing += [f"C++ lacks {name}" for name, _ in functions if not re.search(rf"\b{name}[(>]", cxx)]
    for line in missing:
        print(line)
    print(f"{len(functions)} public functions, {len(missing)} missing")
    # A change of the headers' style must not make the expression above match nothing.
    return 1 if missing or len(functions) < headers.count("hearth_status hearth_") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
