"""Every fenced code block of a document stands, line by line, in a source file that is compiled and run.

usage: check_snippets.py DOCUMENT LANGUAGE SOURCE..."""

import re
import sys


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def main(document, language, sources):
    text = open(document, encoding="utf-8").read()
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.S | re.M)
    code = ["\n".join(lines_of(open(source, encoding="utf-8").read())) for source in sources]
    lost = [block for block in blocks if not any("\n".join(lines_of(block)) in c for c in code)]
    for block in lost:
        print(f"{document}: this block is in none of the sources:\n{block}")
    print(f"{len(blocks)} blocks, {len(lost)} of them not compiled")
    return 1 if lost or not blocks else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
