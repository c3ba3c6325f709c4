#!/usr/bin/env python3
"""Shows what a ctest run said: failures in full, skips with their reasons, then
ctest's own summary as the last lines. Exits 1 on a skip that is not allowed
(only when CI is set) and leaves other failures to ctest's own exit status.

usage: report_tests.py CTEST_OUTPUT JUNIT_XML ALLOWED_SKIPS
"""
import fnmatch
import os
import re
import sys
import xml.etree.ElementTree as ElementTree


def skipped(junit):
    """(test name, reason) of each skipped test."""
    try:
        root = ElementTree.parse(junit).getroot()
    except (OSError, ElementTree.ParseError):
        return
    for case in root.iter("testcase"):
        if case.get("status") not in ("notrun", "skipped", "disabled") and case.find("skipped") is None:
            continue
        text = case.findtext("system-out") or ""
        match = re.search(r"(?:Skipped\n|skip(?:ped)?: ?)(.+)", text)
        yield case.get("name"), match.group(1).strip() if match else "no reason given"


def allowed_patterns(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.split("#")[0].strip()
            if line:
                yield line


def main():
    output, junit, allowed = sys.argv[1:4]
    with open(output, encoding="utf-8", errors="replace") as lines:
        text = lines.read()
    # Passing tests are a line each and many; failures and the summary matter.
    summary_at = text.rfind("\n", 0, text.find("% tests passed")) if "% tests passed" in text else len(text)
    body, summary = text[:summary_at], text[summary_at:]
    for line in body.splitlines():
        if re.match(r"\s*(Start\s+\d+:|\d+/\d+ Test\s+#\d+:.*(Passed|Skipped))", line):
            continue
        print(line)

    patterns = list(allowed_patterns(allowed))
    refused = 0
    for name, reason in skipped(junit):
        known = any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
        print(f"skipped: {name}: {reason}{'' if known else ' [not in tests/allowed_skips.txt]'}")
        refused += not known
    if refused and os.environ.get("CI"):
        print(f"{refused} skipped tests are not in tests/allowed_skips.txt: this fails in CI")
    sys.stdout.write(summary)
    return 1 if refused and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
