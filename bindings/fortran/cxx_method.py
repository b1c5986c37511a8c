"""One C++ method (or free function) around one C function."""

import re

from model import Unsupported

# Sizes of results that another method of the class knows.
RESULT_SIZES = {"ndim": "ndim"}
RESULT_SIZES_OF = {("hearth_pca", "n"): "modes"}
RESULT_SIZES_IN = {("hearth_pca_times", "n"): "samples"}
# Constructors that become C++ constructors; the others are static functions only.
CONSTRUCTOR_VERBS = ("create", "open")
ATTACH = """#ifdef HEARTH_HAVE_IO
  detail::check(hearth_io_attach(made.get()), made.get(), "context::io_attach");
#endif
"""


def class_of(handle):
    return "hearth::" + handle.removeprefix("hearth_")


class Method:
    def __init__(self, model, function):
        self.model, self.function = model, function
        self.parameters, self.arguments, self.locals = [], [], []  # parameters: (text, default)
        self.results = []  # (type, name, expression)
        self.capacity = None
        self.optional_size = None  # (parameter, method): a result size that the caller may also give

    def emit(self):
        function = self.function
        for p in function.params:
            if p is function.self_param and function.role == "method":
                self.arguments.append("get()")
            else:
                getattr(self, "_kind_" + p.kind)(p)
        if function.returns != "hearth_status":
            return self._plain()
        return self._text()

    @property
    def name(self):
        """Overloads share a name, but for the Fortran communicator: MPI_Comm is an int in some MPI libraries."""
        f = self.function
        return f.verb if f.verb.endswith("_fortran") else f.family

    def _where(self):
        owner = self.function.owner
        return f"{owner.removeprefix('hearth_')}::{self.name}" if owner else self.function.verb

    def _signature(self, parameters):
        texts, defaults = [], True
        for text, default in reversed(parameters):
            defaults = defaults and default is not None
            texts.append(f"{text} = {default}" if defaults else text)
        return ", ".join(reversed(texts))

    def _qualifiers(self):
        if self.function.owner is None:
            return "inline ", ""
        if self.function.role == "constructor":
            return "static ", ""
        return "", " const" if self.function.self_param.const else ""

    def _plain(self):
        """A function that returns its value instead of a status."""
        before, after = self._qualifiers()
        result = "std::string" if self.function.returns == "const char *" else self.function.returns
        return (f"{before}{result} {self.name}({self._signature(self.parameters)}){after} "
                f"{{ return {self.function.name}({', '.join(self.arguments)}); }}\n")

    def _result_type(self):
        if not self.results:
            return "void", "", ""
        if len(self.results) == 1:
            return self.results[0][0], "", f"  return {self.results[0][2]};\n"
        if any(kind == class_of(self.function.owner or "") for kind, _, _ in self.results):  # within its class it is not complete yet: no member of a struct
            kinds = ", ".join(kind for kind, _, _ in self.results)
            values = ", ".join(value for _, _, value in self.results)
            return f"std::tuple<{kinds}>", "", f"  return {{{values}}};\n"
        name = self.function.verb + "_result"
        members = "".join(f"  {kind} {member};\n" for kind, member, _ in self.results)
        values = ", ".join(value for _, _, value in self.results)
        return name, f"struct {name} {{\n{members}}};\n", f"  return {{{values}}};\n"

    def _text(self):
        before, after = self._qualifiers()
        result, struct, ending = self._result_type()
        body = "".join(f"  {line}\n" for line in self.locals) + self._call() + ending
        if self.function.owner == "hearth_context" and self.function.role == "constructor":
            body = body.replace(ending, "  hearth::context made(ctx_c, ctx_c);\n" + ATTACH + "  return made;\n")
        out = f"{struct}{before}{result} {self.name}({self._signature(self.parameters)}){after} {{\n{body}}}\n"
        if self.function.role == "constructor" and self.function.verb in CONSTRUCTOR_VERBS:
            name = self.function.owner.removeprefix("hearth_")
            explicit = "explicit " if sum(d is None for _, d in self.parameters) <= 1 else ""
            names = ", ".join(re.search(r"(\w+)$", text)[1] for text, _ in self.parameters)
            out += f"{explicit}{name}({self._signature(self.parameters)}) : {name}({self.name}({names})) {{}}\n"
        if self.optional_size:
            size = self.optional_size
            others = [p for p in self.parameters if re.search(r"(\w+)$", p[0])[1] != size[0]]
            names = [re.search(r"(\w+)$", text)[1] for text, _ in self.parameters]
            values = ", ".join(f"{size[1]}()" if n == size[0] else n for n in names)
            out += f"{before}{result} {self.name}({self._signature(others)}){after} {{ return {self.name}({values}); }}\n"
        return out

    def _call(self):
        call = f"{self.function.name}({', '.join(self.arguments)})"
        where = f'"{self._where()}"'
        if not self.capacity:
            return f"  detail::check({call}, {self._context()}, {where});\n"
        buffer, capacity = self.capacity
        return ("  hearth_status outcome = HEARTH_OK;\n"
                f"  std::string {buffer}_c = detail::text(outcome, [&](char *buffer, int64_t {capacity}) {{ return {call}; }});\n"
                f"  detail::check(outcome, {self._context()}, {where});\n")

    def _context(self):
        if self.function.role == "constructor" or self.function.owner is None:
            parent = next((p for p in self.function.params if p.kind == "handle" and not p.optional), None)
            several = next((p for p in self.function.params if p.kind == "handle_array"), None)
            if several:
                return f"detail::context_of({several.name})"
            return f"{parent.name}.context_handle()" if parent else "nullptr"
        return "context_handle()"

    # One method per kind of parameter.

    def _add(self, text, argument, default=None):
        self.parameters.append((text, default))
        self.arguments.append(argument)

    def _kind_scalar(self, p):
        self._add(f"{p.base} {p.name}", p.name)

    def _kind_text(self, p):
        if p.optional:
            self._add(f"const char *{p.name}", p.name, "nullptr")
        else:
            self._add(f"const std::string &{p.name}", f"{p.name}.c_str()")

    def _kind_handle(self, p):
        const = "const " if p.const else ""
        if p.optional:
            self._add(f"{const}{class_of(p.base)} *{p.name}", f"{p.name} != nullptr ? {p.name}->get() : nullptr", "nullptr")
        else:
            self._add(f"{const}{class_of(p.base)} &{p.name}", f"{p.name}.get()")

    def _kind_handle_array(self, p):
        const = "const " if p.const else ""
        self._add(f"const std::vector<{const}{class_of(p.base)} *> &{p.name}", f"{p.name}_c.data()")
        self.locals.append(f"const std::vector<{const}{p.base} *> {p.name}_c = detail::handles_of<{const}{p.base}>({p.name});")

    def _kind_struct(self, p):
        init = next(s.init for s in self.model.structs if s.name == p.base)
        self._add(f"const {p.base} &{p.name}", "&" + p.name, init if p.optional else None)

    def _kind_struct_array(self, p):
        self._kind_array(p)

    def _kind_array(self, p):
        self._add(f"hearth::span<const {p.base}> {p.name}", f"{p.name}.data()", "{}" if p.optional else None)

    def _kind_other(self, p):
        if p.out and p.pointers == 2:
            self.locals.append(f"{p.base} *{p.name}_c = nullptr;")
            self.arguments.append(f"&{p.name}_c")
            self.results.append((p.base + " *", p.name, f"{p.name}_c"))
            return
        if (p.out and p.base != "void") or p.pointers > 1:  # memory of any type is the caller's
            raise Unsupported(f"{self.function.name}: no C++ rule for parameter {p.name}")
        self._add(f"{'const ' if p.const else ''}{p.base} {'*' * p.pointers}{p.name}", p.name, "nullptr" if p.optional else None)

    def _result(self, p, declared, kind, argument, value):
        self.locals.append(declared)
        self.arguments.append(argument)
        self.results.append((kind, p.name, value))

    def _kind_scalar_out(self, p):
        self._result(p, f"{p.base} {p.name}_c = {{}};", p.base, f"&{p.name}_c", f"{p.name}_c")

    def _kind_struct_out(self, p):
        self._kind_scalar_out(p)

    def _kind_handle_out(self, p):
        context = "ctx_c" if p.base == "hearth_context" else self._context()
        self._result(p, f"{p.base} *{p.name}_c = nullptr;", class_of(p.base), f"&{p.name}_c", f"{class_of(p.base)}({p.name}_c, {context})")

    def _kind_array_out(self, p):
        length = p.extent if p.extent.isdigit() else f"static_cast<std::size_t>(detail::at_least_zero({p.extent}))"
        self._result(p, f"std::vector<{p.base}> {p.name}_c({length});", f"std::vector<{p.base}>", f"{p.name}_c.data()", f"{p.name}_c")

    def _kind_text_out(self, p):
        self.capacity = (p.name, p.text)
        self.arguments.append("buffer")
        self.results.append(("std::string", p.name, f"{p.name}_c"))

    def _kind_capacity(self, p):
        self.arguments.append(p.name)

    def _kind_size(self, p):
        arrays = [a for a in self.function.params if p.name in re.findall(r"[A-Za-z_]\w*", a.extent or "")]
        if all(a.out for a in arrays):
            self._result_size(p)
            return
        if self._is_stated(p.name):
            self._add(f"{p.base} {p.name}", p.name)
            return
        simple = [f"{a.name}.size()" for a in arrays if a.extent == p.name and not a.out]
        products = [a for a in arrays if a.extent != p.name and not a.out]
        value = f"detail::same_size({{{', '.join(simple)}}})" if simple else ""
        if products and (not simple or self._is_stated(self._other(products[0], p.name))):
            sizes = ", ".join(f"{a.name}.size()" for a in products)
            rows = f"detail::rows({{{sizes}}}, {self._columns(self._other(products[0], p.name))})"
            value = f"detail::same_size({{{', '.join(simple)}, static_cast<std::size_t>({rows})}})" if simple else rows
        if any(a.out for a in arrays):  # the results have the arguments' size
            self.locals.append(f"const {p.base} {p.name} = static_cast<{p.base}>({value});")
            value = p.name
        else:
            value = f"static_cast<{p.base}>({value})"
        self.arguments.append(value)

    def _other(self, array, name):
        return next(n for n in re.findall(r"[A-Za-z_]\w*", array.extent) if n != name)

    def _is_stated(self, name):
        """A size that arguments have in products alone, and results by itself: the caller says it."""
        params = self.function.params
        return any(a.out and a.extent == name for a in params) and not any(not a.out and a.extent == name for a in params)

    def _columns(self, name):
        if self._is_stated(name):
            return name
        return f"static_cast<int64_t>({next(a.name for a in self.function.params if a.extent == name)}.size())"

    def _result_size(self, p):
        """The number of results: a method of the class knows it."""
        self.arguments.append(p.name)
        function = self.function
        known = RESULT_SIZES_IN.get((function.name, p.name)) or RESULT_SIZES_OF.get((function.owner, p.name))
        if known:
            self.parameters.append((f"{p.base} {p.name}", None))
            self.optional_size = (p.name, known)
        elif p.name in RESULT_SIZES:
            self.locals.append(f"const {p.base} {p.name} = this->{RESULT_SIZES[p.name]}();")
        else:
            raise Unsupported(f"{function.name}: nothing tells C++ the number {p.name} of results; see RESULT_SIZES in cxx_method.py")
