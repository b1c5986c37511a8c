"""Reads the public headers with libclang. MPI and the system headers are replaced by stubs, so that the result depends on our headers alone."""

import os
import re

import clang.cindex as cindex

from model import Enum, Field, Function, Model, Param, Struct, Unsupported

STUBS = "/hearth-generator-stubs"
STUB_FILES = {
    "mpi.h": "typedef struct mpi_stub *MPI_Comm;\n",
    "stddef.h": "typedef unsigned long size_t;\n#define NULL ((void *)0)\n",
    "stdint.h": "".join(f"typedef {t} {n};\n" for t, n in [
        ("signed char", "int8_t"), ("short", "int16_t"), ("int", "int32_t"), ("long", "int64_t"), ("unsigned char", "uint8_t"),
        ("unsigned short", "uint16_t"), ("unsigned int", "uint32_t"), ("unsigned long", "uint64_t")]),
}
Kind = cindex.CursorKind
TypeKind = cindex.TypeKind


def parse(include):
    """The model of <include>/hearth/hearth.h and all it includes."""
    main = os.path.join(STUBS, "main.c")
    files = [(main, "#include <hearth/hearth.h>\n")] + [(os.path.join(STUBS, n), t) for n, t in STUB_FILES.items()]
    arguments = ["-std=c11", "-nostdinc", "-I" + STUBS, "-I" + include, "-DHEARTH_GENERATE", "-fparse-all-comments", "--target=x86_64-linux-gnu"]
    unit = cindex.Index.create().parse(main, arguments, files, cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(d) for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Warning]
    if errors:
        raise Unsupported("the headers do not parse:\n" + "\n".join(errors))
    public = os.path.realpath(os.path.join(include, "hearth"))
    cursors = [c for c in unit.cursor.get_children() if c.location.file and os.path.realpath(c.location.file.name).startswith(public + os.sep)]
    model = Model()
    for cursor in cursors:
        _declaration(model, cursor)
    for cursor in cursors:
        if cursor.kind == Kind.MACRO_DEFINITION:
            _macro(model, cursor)
    cursors = [c for c in cursors if c.kind == Kind.FUNCTION_DECL]
    cursors.sort(key=lambda c: (os.path.basename(c.location.file.name), c.location.line))
    for cursor in cursors:
        function = _function(cursor)
        if not function.doc and model.functions and model.functions[-1].header == function.header:
            function.doc = model.functions[-1].doc  # prototypes under one comment
        model.functions.append(function)
    model.classify()
    return model


def _declaration(model, cursor):
    if cursor.kind == Kind.ENUM_DECL:
        model.enums.append(_enum(cursor))
    elif cursor.kind == Kind.STRUCT_DECL and cursor.is_definition():
        model.structs.append(_struct(cursor))
    elif cursor.kind == Kind.TYPEDEF_DECL:
        target = cursor.underlying_typedef_type.get_canonical()
        declaration = target.get_declaration()
        if target.kind == TypeKind.POINTER:
            model.callbacks.add(cursor.spelling)
        elif target.kind == TypeKind.RECORD and not declaration.is_definition() and not declaration.get_definition():
            model.handles.append(cursor.spelling)


def _enum(cursor):
    constants = []
    for constant in cursor.get_children():
        if constant.kind == Kind.ENUM_CONSTANT_DECL and not constant.spelling.endswith("_FORCE_INT"):
            constants.append((constant.spelling, constant.enum_value, clean(constant.raw_comment)))
    return Enum(cursor.spelling, constants)


def _struct(cursor):
    fields = []
    for member in cursor.type.get_fields():
        kind, length, pointer = member.type, 0, False
        if kind.kind == TypeKind.CONSTANTARRAY:
            length, kind = kind.element_count, kind.element_type
        if kind.get_canonical().kind == TypeKind.POINTER:
            pointer = True
        fields.append(Field(member.spelling, kind.spelling.replace("const ", ""), length, pointer, clean(member.raw_comment)))
    return Struct(cursor.spelling, fields, cursor.type.get_size())


def _macro(model, cursor):
    """Integer macros, and the initialisers of the option structs."""
    tokens = [t.spelling for t in cursor.get_tokens()]
    name, body = tokens[0], tokens[1:]
    if name.endswith("_OPTIONS_INIT"):
        struct = next((s for s in model.structs if s.name == name.removesuffix("_INIT").lower()), None)
        if struct is None:
            raise Unsupported(f"{name} initialises no known struct")
        struct.init = name
        struct.defaults = [_value(model, name, text) for text in _items(body)]
        if len(struct.defaults) != len(struct.fields):
            raise Unsupported(f"{name} has {len(struct.defaults)} values for {len(struct.fields)} members")
    elif len(body) == 1 and re.fullmatch(r"\d+", body[0]):
        model.macros[name] = int(body[0])


def _items(tokens):
    if tokens[:1] != ["{"] or tokens[-1:] != ["}"]:
        raise Unsupported("an initialiser is not of the form { a, b, ... }: " + " ".join(tokens))
    return [text.strip() for text in "".join(tokens[1:-1]).split(",")]


def _value(model, name, text):
    sizeof = re.fullmatch(r"sizeof\((\w+)\)", text)
    if sizeof:
        return next(s.size for s in model.structs if s.name == sizeof[1])
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    value = model.constant(text)
    if value is None:
        raise Unsupported(f"{name}: the value {text} is neither a number, nor a sizeof, nor a constant")
    return value


def _annotations(cursor):
    return [c.spelling for c in cursor.get_children() if c.kind == Kind.ANNOTATE_ATTR]


def _function(cursor):
    marks = _annotations(cursor)
    if not {"collective", "local"} & set(marks):
        raise Unsupported(f"{cursor.spelling} is marked neither HEARTH_COLLECTIVE nor HEARTH_LOCAL")
    returns = cursor.result_type.spelling
    if returns not in ("hearth_status", "const char *", "int64_t", "int32_t"):
        raise Unsupported(f"{cursor.spelling}: no rule for a result of type {returns}")
    return Function(name=cursor.spelling, header=os.path.basename(cursor.location.file.name), returns=returns,
                    params=[_param(p) for p in cursor.get_arguments()], collective="collective" in marks, c_only="c_only" in marks,
                    doc=clean(cursor.raw_comment))


def _param(cursor):
    kind, pointers = cursor.type, 0
    while kind.kind == TypeKind.POINTER:
        kind, pointers = kind.get_pointee(), pointers + 1
    param = Param(cursor.spelling, kind.spelling.replace("const ", ""), pointers, kind.is_const_qualified())
    for mark in _annotations(cursor):
        key, _, value = mark.partition("=")
        if key in ("out", "optional", "index"):
            setattr(param, key, True)
        elif key in ("extent", "text"):
            setattr(param, key, value)
        else:
            raise Unsupported(f"parameter {cursor.spelling}: unknown annotation {mark}")
    return param


def clean(comment):
    """The text of a C comment, its lines stripped of decoration."""
    if not comment:
        return ""
    text = re.sub(r"^\s*/\*+<?|\*/\s*$", "", comment.strip())
    return "\n".join(re.sub(r"^\s*\*? ?", "", line).rstrip() for line in text.splitlines()).strip()
