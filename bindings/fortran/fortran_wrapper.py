"""One Fortran procedure around one C function, in one of its variants (kind of the 64-bit integers, one window or several)."""

import re

from emit_fortran_c import c_name
from fortran_text import comment, fortran_type, statement
from model import Unsupported

# In-situ verbs: without stat= they never stop the program.
IN_SITU = {"hearth_array": {"rebind"}, "hearth_pca": {"partial_fit", "partial_fit_state", "write", "save"}}


def short(handle):
    return handle.removeprefix("hearth_")


def variants(function):
    """(suffix, kind of the 64-bit integers, one window) of each procedure that a function becomes."""
    wides = ["int32", "int64"] if _visible_wide(function) else [""]
    singles = [False, True] if any(p.kind == "struct_array" for p in function.params) else [False]
    return [("".join("_" + s for s in (wide, "one" if single else "") if s), wide, single) for wide in wides for single in singles]


def _visible_wide(function):
    return any(p.base == "int64_t" and p.kind in ("scalar", "scalar_out", "array", "array_out") for p in function.params)


class Wrapper:
    def __init__(self, model, function, variant):
        self.model, self.function = model, function
        self.suffix, self.wide, self.single = variant
        self.name = (short(function.owner) + "_" + function.verb if function.owner else function.name) + self.suffix
        self.dummies, self.declarations, self.locals = [], [], []
        self.before, self.after, self.arguments = [], [], []
        self.loop = []  # texts whose buffer grows until they fit

    def emit(self):
        function = self.function
        for p in function.params:
            if p is function.self_param:
                self._self(p)
            else:
                getattr(self, "_kind_" + p.kind)(p)
        if function.returns != "hearth_status":
            return self._value_function()
        if self.function.self_param is not None:
            self.dummies.insert(0, "self")
        self._check()
        self.dummies += ["stat", "errmsg"]
        self.declarations += ["integer, optional, intent(out) :: stat", "character(len=*), optional, intent(inout) :: errmsg"]
        self.locals.append("integer(c_int) :: status_c")
        if function.verb in IN_SITU.get(function.owner, ()):
            self.before.insert(0, "if (is_disabled(self) .and. .not. present(stat)) return")
        body = self.before + self._call() + self.after + self._ending()
        return self._text("subroutine", "", body)

    def _text(self, word, result, body):
        out = [comment(self.function.doc, 2) if self.function.doc else ""]
        out.append(statement(f"{word} {self.name}({', '.join(self.dummies)}){result}", 2))
        out += [statement(line, 4) for line in self.declarations + self.locals] + ["\n"]
        out += [statement(line, 4) for line in body]
        return "".join(out) + f"  end {word} {self.name}\n"

    def _check(self):
        reserved = {"size", "int", "present", "c_index", "stat", "errmsg"} if len(self.dummies) > 2 else {"stat", "errmsg"}
        if reserved & set(self.dummies):
            raise Unsupported(f"{self.function.name}: the parameter name {reserved & set(self.dummies)} is taken in Fortran")

    def _value_function(self):
        call = f"{c_name(self.function)}({', '.join(self.arguments)})"
        if self.function.self_param is not None:
            self.dummies.insert(0, "self")
        if self.function.returns == "const char *":
            self.declarations.append("character(len=:), allocatable :: value_of_c")
            call = f"pointer_to_text({call})"
        else:
            self.declarations.append(f"{fortran_type(self.model, self.function.returns)} :: value_of_c")
        return self._text("function", " result(value_of_c)", [f"value_of_c = {call}"])

    def _call(self):
        call = f"status_c = {c_name(self.function)}({', '.join(self.arguments)})"
        if not self.loop:
            return [call]
        self.locals.append("integer(c_int64_t) :: capacity_c")
        cut = " .or. ".join(f"is_cut({name}_c)" for name in self.loop)
        return (["capacity_c = 1024", "do"] + [f"  call blank({name}_c, capacity_c)" for name in self.loop]
                + ["  " + call, f"  if (.not. ({cut})) exit", "  capacity_c = 16 * capacity_c", "end do"])

    def _ending(self):
        function = self.function
        if function.owner is None:
            return ['call settle(status_c, c_null_ptr, "%s", stat, errmsg)' % function.name]
        where = f'"{short(function.owner)}%{function.family}"'
        if function.verb in IN_SITU.get(function.owner, ()):
            return [f"call settle_in_situ(self, status_c, {where}, stat, errmsg)"]
        lines = ["call enable(self)"] if function.verb == "reset" else []
        return lines + [f"call settle(status_c, {self._context()}, {where}, stat, errmsg)"]

    def _parent(self):
        """The object whose context a new object joins."""
        if self.function.role != "constructor":
            return "self"
        single = next((p.name for p in self.function.params if p.kind == "handle" and not p.optional), None)
        return single or ("parent_c" if any(p.kind == "handle_array" for p in self.function.params) else None)

    def _context(self):
        return f"context_of({self._parent()})" if self._parent() else "c_null_ptr"

    # One method per kind of parameter.

    def _self(self, p):
        if self.function.role == "method":
            self.declarations.insert(0, f"class({p.base}), intent({'in' if p.const else 'inout'}) :: self")
            self.arguments.append("raw(self)")
            return
        self.declarations.insert(0, f"class({p.base}), intent(inout) :: self")
        self._new_handle(p, "self")

    def _new_handle(self, p, target):
        self.locals.append(f"type(c_ptr) :: {p.name}_c")
        self.before += [f"call leave({target})", f"{p.name}_c = c_null_ptr"]
        self.arguments.append(f"{p.name}_c")
        if self._parent():
            self.after.append(f"call adopt({target}, {p.name}_c, status_c, {self._parent()})")
            return
        # A context: the only object without a parent.
        self.locals.append("integer(c_int32_t) :: on_error_c")
        self.before += ["on_error_c = HEARTH_ON_ERROR_CONTINUE", "if (present(options)) on_error_c = options%on_error"]
        self.after += [f"call adopt_context({target}, {p.name}_c, status_c, on_error_c)",
                       f"if (status_c == HEARTH_OK) status_c = c_hearth_io_attach({p.name}_c)"]

    def _kind_handle(self, p):
        self.dummies.append(p.name)
        optional = ", optional" if p.optional else ""
        # A context is handed around to make things from it: a procedure that has it by intent(in) may do so.
        intent = "in" if p.const or p.base == "hearth_context" else "inout"
        self.declarations.append(f"type({p.base}){optional}, intent({intent}) :: {p.name}")
        if not p.optional:
            self.arguments.append(f"raw({p.name})")
            return
        self.locals.append(f"type(c_ptr) :: {p.name}_c")
        self.before += [f"{p.name}_c = c_null_ptr", f"if (present({p.name})) {p.name}_c = raw({p.name})"]
        self.arguments.append(f"{p.name}_c")

    def _kind_handle_array(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"type({p.base}), intent(in) :: {p.name}(:)")
        self.locals += ["integer :: i_c", f"type({p.base}) :: parent_c"]
        self.before.append(f"if (size({p.name}) > 0) parent_c = {p.name}(1)")
        self.arguments.append(f"[(raw({p.name}(i_c)), i_c = 1, size({p.name}))]")

    def _kind_handle_out(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"type({p.base}), intent(inout) :: {p.name}")
        self._new_handle(p, p.name)

    def _kind_of(self, p):
        return f"integer(c_{self.wide}_t)" if p.base == "int64_t" else fortran_type(self.model, p.base)

    def _to_c(self, p, name):
        text = f"int({name}, c_int64_t)" if self._narrowed(p) else name
        return f"c_index({text})" if p.index else text

    def _narrowed(self, p):
        return p.base == "int64_t" and self.wide == "int32"

    def _kind_scalar(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"{self._kind_of(p)}, intent(in) :: {p.name}")
        self.arguments.append(self._to_c(p, p.name))

    def _kind_array(self, p):
        rank = len(re.findall(r"[A-Za-z_]\w*", p.extent))
        dims = f"({','.join(':' * rank)})"
        self.dummies.append(p.name)
        self.declarations.append(f"{self._kind_of(p)}{', optional' if p.optional else ''}, intent(in) :: {p.name}{dims}")
        if not p.optional:
            self.arguments.append(self._to_c(p, p.name))
            return
        self.locals += [f"{fortran_type(self.model, p.base)}, allocatable, target :: {p.name}_c{dims}", f"type(c_ptr) :: {p.name}_p"]
        self._optional(p, self._to_c(p, p.name))

    def _kind_scalar_out(self, p):
        self._result(p, "", "")

    def _kind_array_out(self, p):
        self._result(p, "(:)", f"(size({p.name}))")

    def _result(self, p, dims, local_dims):
        self.dummies.append(p.name)
        self.declarations.append(f"{self._kind_of(p)}, intent(out) :: {p.name}{dims}")
        if self._narrowed(p):
            self.locals.append(f"integer(c_int64_t) :: {p.name}_c{local_dims}")
            self.before.append(f"{p.name}_c = 0")
            self.arguments.append(f"{p.name}_c")
            self.after.append(f"call narrow({p.name}_c, {p.name}, status_c)")
        else:
            self.arguments.append(p.name)
        if p.index:
            self.after.append(f"{p.name} = {p.name} + 1")

    def _kind_size(self, p):
        """Not a Fortran argument: the sizes of the arrays say it."""
        sizes = []
        for array in self.function.params:
            names = re.findall(r"[A-Za-z_]\w*", array.extent or "")
            if p.name not in names:
                continue
            if array.optional:
                self.locals.append(f"integer :: {array.name}_n")
                self.before += [f"{array.name}_n = 0", f"if (present({array.name})) {array.name}_n = size({array.name})"]
                sizes.append(f"{array.name}_n")
            elif len(names) > 1:
                sizes.append(f"size({array.name}, {names.index(p.name) + 1})")
            else:
                sizes.append("1" if self.single and array.kind == "struct_array" else f"size({array.name})")
        value = sizes[0] if len(sizes) == 1 else f"same_size([{', '.join(sizes)}])"
        self.arguments.append(f"int({value}, c_{'int64' if p.base == 'int64_t' else 'int32'}_t)")

    def _kind_capacity(self, _):
        self.arguments.append("capacity_c")

    def _kind_text_out(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"character(len=:), allocatable, intent(out) :: {p.name}")
        self.locals.append(f"character(kind=c_char), allocatable :: {p.name}_c(:)")
        self.loop.append(p.name)
        self.arguments.append(f"{p.name}_c")
        self.after.append(f"{p.name} = to_text({p.name}_c)")

    def _kind_text(self, p):
        self.declarations.append(f"character(len=*){', optional' if p.optional else ''}, intent(in) :: {p.name}")
        self.dummies.append(p.name)
        if not p.optional:
            self.arguments.append(f"c_text({p.name})")
            return
        self.locals += [f"character(kind=c_char), allocatable, target :: {p.name}_c(:)", f"type(c_ptr) :: {p.name}_p"]
        self._optional(p, f"c_chars({p.name})")

    def _optional(self, p, value):
        """A copy that C can be given the address of, or NULL."""
        allocation = f"{p.name}_c = {value}" if p.kind == "struct" else f"allocate ({p.name}_c, source={value})"
        self.before += [f"{p.name}_p = c_null_ptr", f"if (present({p.name})) then", f"  {allocation}",
                        f"  {p.name}_p = c_loc({p.name}_c)", "end if"]
        self.arguments.append(f"{p.name}_p")

    def _kind_struct(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"type({p.base}){', optional' if p.optional else ''}, intent(in) :: {p.name}")
        if not p.optional:
            self.arguments.append(p.name)
            return
        self.locals += [f"type({p.base}), target :: {p.name}_c", f"type(c_ptr) :: {p.name}_p"]
        self._optional(p, p.name)

    def _kind_struct_array(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"type({p.base}), intent(in) :: {p.name}{'' if self.single else '(:)'}")
        self.arguments.append(f"[{p.name}]" if self.single else p.name)

    def _kind_struct_out(self, p):
        self.dummies.append(p.name)
        self.declarations.append(f"type({p.base}), intent(out) :: {p.name}")
        self.arguments.append(p.name)
