"""Emits one Fortran module per handle (derived type, type-bound procedures, finalizer), the free functions, and module hearth."""

from emit_fortran_c import used_structs
from fortran_text import HEADER, check_names, statement
from fortran_wrapper import Wrapper, short, variants
from model import Unsupported

# Names that the base type hearth_handle takes.
BASE_NAMES = {"slot", "ticket", "owner", "free_c", "destroy", "is_alive", "c_handle"}
HAND_WRITTEN = ["hearth_windows"]


def emit(model):
    files = {}
    for handle in model.ordered_handles():
        files[f"{handle}_m.f90"] = _class(model, handle)
    files["hearth_functions.f90"] = _functions(model)
    files["hearth.f90"] = _umbrella(model)
    return files


def methods(model, handle):
    """The functions that become type-bound procedures; destroy lives in the base type."""
    return [f for f in model.functions if f.owner == handle and not f.c_only and f.role != "destroy"]


def _wrappers(model, functions):
    return [Wrapper(model, f, variant) for f in functions for variant in variants(f)]


def _class(model, handle):
    functions = methods(model, handle)
    wrappers = _wrappers(model, functions)
    needs = {p.base for f in functions for p in f.params if p.base in model.handles} - {handle}
    out = [HEADER, f"!> type({handle}) and its verbs.\n", f"module {handle}_m\n", "  use hearth_c\n", "  use hearth_convert\n",
           "  use hearth_object\n"]
    out += [f"  use {need}_m, only: {need}\n" for need in sorted(needs)]
    out += ["  implicit none\n", "  private\n", f"  public :: {handle}\n\n", _type(handle, functions, wrappers), "\ncontains\n\n",
            _housekeeping(model, handle)]
    out += ["\n" + w.emit() for w in wrappers]
    out.append(f"\nend module {handle}_m\n")
    return "".join(out)


def _type(handle, functions, wrappers):
    name = short(handle)
    families = {}
    for wrapper in wrappers:
        families.setdefault(wrapper.function.family, []).append(wrapper)
        if wrapper.function.verb != wrapper.function.family:
            families.setdefault(wrapper.function.verb, []).append(wrapper)
    if BASE_NAMES & set(families):
        raise Unsupported(f"{handle}: the verbs {BASE_NAMES & set(families)} are names of the Fortran base type")
    check_names(list(families) + [w.name for w in wrappers])
    out = [f"  type, extends(hearth_handle) :: {handle}\n", "  contains\n", f"    procedure, nopass :: free_c => {name}_free\n"]
    generic = {w.name for members in families.values() if len(members) > 1 for w in members}
    generic |= {w.name for family, members in families.items() for w in members if w.function.verb != w.function.family}
    for member in wrappers:
        if member.name in generic:
            out.append(f"    procedure, private :: {member.name}\n")
    for family, members in families.items():
        if members[0].name in generic:
            out.append(statement(f"generic :: {family} => {', '.join(m.name for m in members)}", 4))
        else:
            out.append(f"    procedure :: {family} => {members[0].name}\n")
    out += [f"    final :: {name}_finalize\n", f"  end type {handle}\n"]
    return "".join(out)


def _housekeeping(model, handle):
    """What every type has: the C destroy and the finalizer."""
    name = short(handle)
    destroy = [f for f in model.functions if f.owner == handle and f.role == "destroy"]
    if len(destroy) != 1 or len(destroy[0].params) != 1:
        raise Unsupported(f"{handle} needs one destroy function that takes its address")
    return f"""  function {name}_free(handle) result(status)
    type(c_ptr), intent(inout) :: handle
    integer(c_int) :: status

    status = c_{destroy[0].name}(handle)
  end function {name}_free

  impure elemental subroutine {name}_finalize(self)
    type({handle}), intent(inout) :: self

    call finalize(self)
  end subroutine {name}_finalize
"""


def _functions(model):
    functions = [f for f in model.functions if f.owner is None and not f.c_only]
    wrappers = _wrappers(model, functions)
    if any(w.suffix for w in wrappers):
        raise Unsupported("a free function needs several Fortran variants, which emit_fortran.py has no generics for")
    needs = sorted({p.base for f in functions for p in f.params if p.base in model.handles})
    out = [HEADER, "!> Functions that belong to no object.\n", "module hearth_functions\n", "  use hearth_c\n", "  use hearth_convert\n",
           "  use hearth_object\n"]
    out += [f"  use {need}_m, only: {need}\n" for need in needs]
    out += ["  implicit none\n", "  private\n"] + [f"  public :: {w.name}\n" for w in wrappers] + ["\ncontains\n"]
    out += ["\n" + w.emit() for w in wrappers]
    return "".join(out) + "\nend module hearth_functions\n"


def _umbrella(model):
    out = [HEADER, "!> Hearth for Fortran: everything that a program needs.\n", "module hearth\n", "  use hearth_constants\n"]
    out += [f"  use {module}\n" for module in HAND_WRITTEN]
    out += [f"  use {handle}_m\n" for handle in model.ordered_handles()]
    out += ["  use hearth_functions\n", "  implicit none\n", "  private\n"]
    names = [name for enum in model.enums for name, _, _ in enum.constants] + sorted(model.macros)
    out += [f"  public :: {name}\n" for name in names]
    out += [f"  public :: {name}\n" for name in [s.name for s in used_structs(model)] + model.ordered_handles()]
    out += [f"  public :: {f.name}\n" for f in model.functions if f.owner is None and not f.c_only]
    out += ["  public :: hearth_window_untyped, hearth_pointer\n", "end module hearth\n"]
    return "".join(out)
