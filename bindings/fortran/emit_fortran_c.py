"""Emits what mirrors C one to one: hearth_constants.f90 (enums, structs) and hearth_c.f90 (bind(C) interfaces)."""

from fortran_text import HEADER, check_names, comment, fortran_type, statement


def emit(model):
    return {"hearth_constants.f90": _constants(model), "hearth_c.f90": _interfaces(model)}


def used_structs(model):
    """Structs that a function known to Fortran takes."""
    used = {p.base for f in model.functions if not f.c_only for p in f.params if p.kind.startswith("struct")}
    return [s for s in model.structs if s.name in used]


def _constants(model):
    out = [HEADER, "!> The constants and the plain structs of the C interface.\n", "module hearth_constants\n",
           "  use, intrinsic :: iso_c_binding\n", "  implicit none\n", "  public\n"]
    names = []
    for enum in model.enums:
        out.append(f"\n  ! {enum.name}\n")
        for name, value, text in enum.constants:
            out.append(comment(text, 2) if text else "")
            out.append(f"  integer(c_int32_t), parameter :: {name} = {value}\n")
            names.append(name)
    out.append("\n")
    for name, value in sorted(model.macros.items()):
        out.append(f"  integer(c_int32_t), parameter :: {name} = {value}\n")
        names.append(name)
    for struct in used_structs(model):
        out.append("\n" + _struct(model, struct))
        names.append(struct.name)
    check_names(names)
    out.append("end module hearth_constants\n")
    return "".join(out)


def _struct(model, struct):
    out = [f"  type, bind(C) :: {struct.name}\n"]
    for i, member in enumerate(struct.fields):
        if member.comment:
            out.append(comment(member.comment, 4))
        if member.pointer:
            out.append(f"    type(c_ptr) :: {member.name} = c_null_ptr\n")
            continue
        kind = fortran_type(model, member.type)
        default = struct.defaults[i] if struct.defaults else 0
        suffix = kind[kind.index("(") + 1:-1]
        length = f"({member.length})" if member.length else ""
        out.append(f"    {kind} :: {member.name}{length} = {default}_{suffix}\n")
    out.append(f"  end type {struct.name}\n")
    return "".join(out)


def _interfaces(model):
    out = [HEADER, "!> The C functions as they are, for the modules that wrap them.\n", "module hearth_c\n",
           "  use, intrinsic :: iso_c_binding\n", "  use hearth_constants\n", "  implicit none\n", "  public\n\n", "  interface\n"]
    for function in model.functions:
        if not function.c_only:
            out.append(_interface(model, function))
    out += ["  end interface\n", "end module hearth_c\n"]
    return "".join(out)


def c_name(function):
    return "c_" + function.name


def _interface(model, function):
    name = c_name(function)
    check_names([name])
    arguments = ", ".join(p.name for p in function.params)
    out = [statement(f'function {name}({arguments}) result(result_c) bind(C, name="{function.name}")', 4),
           "      import\n"]
    out += [statement(_dummy(model, p), 6) for p in function.params]
    result = {"hearth_status": "integer(c_int)", "const char *": "type(c_ptr)"}.get(function.returns)
    out += [f"      {result or fortran_type(model, function.returns)} :: result_c\n", f"    end function {name}\n"]
    return "".join(out)


def _dummy(model, p):
    kind = p.kind
    if kind == "handle" or (p.optional and kind in ("struct", "text", "array")):
        return f"type(c_ptr), value :: {p.name}"
    if kind in ("scalar", "size", "capacity"):
        return f"{fortran_type(model, p.base)}, value :: {p.name}"
    if kind == "scalar_out":
        return f"{fortran_type(model, p.base)}, intent(out) :: {p.name}"
    if kind in ("array", "array_out"):
        return f"{fortran_type(model, p.base)}, intent({'out' if p.out else 'in'}) :: {p.name}(*)"
    if kind == "handle_array":
        return f"type(c_ptr), intent(in) :: {p.name}(*)"
    if kind == "handle_out":
        return f"type(c_ptr), intent(inout) :: {p.name}"
    if kind == "text":
        return f"character(kind=c_char), intent(in) :: {p.name}(*)"
    if kind == "text_out":
        return f"character(kind=c_char), intent(inout) :: {p.name}(*)"
    return {"struct": f"type({p.base}), intent(in) :: {p.name}", "struct_out": f"type({p.base}), intent(out) :: {p.name}",
            "struct_array": f"type({p.base}), intent(in) :: {p.name}(*)"}[kind]
