"""What the public headers say, free of any target language: the emitters print it."""

from dataclasses import dataclass, field
import re

SCALARS = {"int32_t", "int64_t", "double"}


class Unsupported(Exception):
    """A header uses something the bindings have no rule for; the run must fail."""


@dataclass
class Param:
    name: str
    base: str  # C type without const and *
    pointers: int
    const: bool
    out: bool = False
    optional: bool = False
    index: bool = False
    extent: str | None = None  # HEARTH_EXTENT: number of elements, an expression of other parameters
    text: str | None = None  # HEARTH_TEXT: the parameter that holds the capacity
    kind: str = ""  # set by Model.classify: see KINDS


# The kinds of parameter, and with them the whole of what a prototype may say.
KINDS = """scalar scalar_out array array_out text text_out handle handle_out handle_array
struct struct_out struct_array size capacity other""".split()

# Languages with overloading give these functions one name.
FAMILY_SUFFIXES = ("_state", "_source", "_local", "_fortran")
FAMILIES = {("hearth_pca", "partial_fit_array_memory"): "partial_fit_memory"}


@dataclass
class Function:
    name: str
    header: str
    returns: str  # "hearth_status", "const char *", "int64_t"
    params: list
    collective: bool
    c_only: bool
    doc: str
    owner: str | None = None  # handle type, None for a free function
    verb: str = ""
    role: str = ""  # destroy, constructor, method, free
    family: str = ""  # the verb of all functions that differ only in the type of an argument: "fit" for hearth_pca_fit_state

    def param(self, name):
        for param in self.params:
            if param.name == name:
                return param
        raise Unsupported(f"{self.name}: an annotation names {name}, which is no parameter")

    @property
    def needs_io(self):
        return self.header == "io.h"

    @property
    def self_param(self):
        """The parameter that becomes the object of the method; None for free functions."""
        if self.role in ("destroy", "constructor"):
            return next(p for p in self.params if p.base == self.owner and p.kind == "handle_out")
        return self.params[0] if self.role == "method" else None


@dataclass
class Enum:
    name: str
    constants: list  # (name, value, comment)


@dataclass
class Field:
    name: str
    type: str
    length: int  # 0: a scalar
    pointer: bool
    comment: str


@dataclass
class Struct:
    name: str
    fields: list
    size: int
    defaults: list = field(default_factory=list)  # integers in the order of the fields; empty without an INIT macro
    init: str = ""


@dataclass
class Model:
    handles: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    enums: list = field(default_factory=list)
    structs: list = field(default_factory=list)
    macros: dict = field(default_factory=dict)  # integer macros

    def __post_init__(self):
        self.callbacks = set()

    def enum_names(self):
        return {e.name for e in self.enums}

    def struct_names(self):
        return {s.name for s in self.structs}

    def constant(self, name):
        for enum in self.enums:
            for constant, value, _ in enum.constants:
                if constant == name:
                    return value
        return self.macros.get(name)

    def classify(self):
        """Finds the owner, the verb and the role of each function, and the kind of each parameter."""
        for function in self.functions:
            self._classify_params(function)
            self._classify_function(function)
        verbs = {(f.owner, f.verb) for f in self.functions}
        for function in self.functions:
            function.family = self._family(function, verbs)

    def _family(self, function, verbs):
        if (function.owner, function.verb) in FAMILIES:
            return FAMILIES[function.owner, function.verb]
        for suffix in FAMILY_SUFFIXES:
            stem = function.verb.removesuffix(suffix)
            if stem != function.verb and (function.owner, stem) in verbs:
                return stem
        return function.verb

    def _classify_params(self, function):
        sizes = set()
        for param in function.params:
            if param.extent:
                sizes |= set(re.findall(r"[A-Za-z_]\w*", param.extent))
        capacities = {p.text for p in function.params if p.text}
        for param in function.params:
            param.kind = self._kind(function, param, sizes, capacities)

    def _kind(self, function, param, sizes, capacities):
        value, pointer = param.pointers == 0, param.pointers == 1
        if param.name in capacities and value:
            return "capacity"
        if param.name in sizes and value:
            return "size"
        if param.base in self.handles:
            if pointer:
                return "handle"
            if param.pointers == 2:
                return "handle_array" if param.extent else "handle_out"
        if param.base in self.struct_names() and pointer:
            if param.extent:
                return "struct_array"
            return "struct_out" if param.out else "struct"
        if param.base == "char" and pointer:
            if param.text:
                return "text_out"
            if param.const:
                return "text"
        if param.base in SCALARS | self.enum_names():
            if value:
                return "scalar"
            if pointer and param.extent:
                return "array_out" if param.out else "array"
            if pointer and param.out:
                return "scalar_out"
        if function.c_only:
            return "other"
        raise Unsupported(f"{function.header}: {function.name}: no rule for parameter '{param.name}' of type "
                          f"{'const ' if param.const else ''}{param.base} {'*' * param.pointers}; annotate it or add a rule")

    def _classify_function(self, function):
        stem = function.name.removeprefix("hearth_")
        owners = [h for h in self.handles if stem.startswith(h.removeprefix("hearth_") + "_")]
        owner = max(owners, key=len, default=None)
        first = function.params[0] if function.params else None
        if owner is None and first and first.kind == "handle" and not first.optional:
            # hearth_io_attach(ctx): a method of the context; hearth_sum(array, &result): one of the array; hearth_zeros(layout, &array): makes an array
            owner = next((p.base for p in function.params if p.kind == "handle_out"), first.base)
            function.verb = stem
        elif owner is None and any(p.kind == "handle_array" for p in function.params):
            owner = next(p.base for p in function.params if p.kind == "handle_array")  # hearth_concatenate(n, arrays, ...): makes one of its kind
            function.verb = stem
        elif owner:
            function.verb = stem.removeprefix(owner.removeprefix("hearth_") + "_")
        function.owner = owner
        if owner is None:
            function.role, function.verb = "free", stem
        elif function.verb == "destroy":
            function.role = "destroy"
        elif first and first.base == owner and first.kind == "handle":
            function.role = "method"
        elif any(p.base == owner and p.kind == "handle_out" for p in function.params):
            function.role = "constructor"
        elif function.c_only:
            function.role, function.owner = "free", None
        else:
            raise Unsupported(f"{function.header}: {function.name}: neither its first parameter nor an out parameter is a {owner}")

    def ordered_handles(self):
        """Handles such that each comes after those its functions mention."""
        needs = {h: set() for h in self.handles}
        for function in self.functions:
            if function.owner:
                needs[function.owner] |= {p.base for p in function.params if p.base in self.handles} - {function.owner}
        order = []
        while needs:
            ready = sorted(h for h in needs if needs[h] <= set(order))
            if not ready:
                raise Unsupported("these handles need each other, which separate modules cannot express: " + ", ".join(needs))
            order += ready
            for handle in ready:
                del needs[handle]
        return order
