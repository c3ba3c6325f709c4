"""Runs every test; writes a JUnit report to the file named and prints the coverage of lines.

usage: python3 -m tests.run REPORT.xml
"""

import sys
import time
import trace
import unittest
from xml.sax.saxutils import quoteattr


class Recorder(unittest.TextTestResult):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.rows = []

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        broken = [text for failed, text in self.failures + self.errors if failed is test]
        self.rows.append((test.id(), time.monotonic() - self.began, broken))
        super().stopTest(test)


def write_junit(path, rows):
    failures = sum(1 for _, _, broken in rows if broken)
    with open(path, "w", encoding="utf-8") as out:
        out.write(f'<testsuites><testsuite name="orders" tests="{len(rows)}" failures="{failures}">\n')
        for name, seconds, broken in rows:
            case, method = name.rsplit(".", 1)
            out.write(f'<testcase classname={quoteattr(case)} name={quoteattr(method)} time="{seconds:.4f}">')
            for text in broken:
                out.write(f"<failure message={quoteattr(text)}/>")
            out.write("</testcase>\n")
        out.write("</testsuite></testsuites>\n")


def main():
    tracer = trace.Trace(count=1, trace=0)
    runner = unittest.TextTestRunner(resultclass=Recorder, verbosity=2)
    suite = unittest.defaultTestLoader.discover("tests", top_level_dir=".")
    result = tracer.runfunc(runner.run, suite)
    write_junit(sys.argv[1], result.rows)

    import orders.pricing

    path = orders.pricing.__file__
    lines = set(trace._find_executable_linenos(path))
    seen = {line for (name, line) in tracer.results().counts if name == path}
    # Definitions ran at import, before counting began.
    body = {line for line in lines if open(path).readlines()[line - 1].startswith("    ")}
    print(f"Coverage of orders/pricing.py: {100 * len(body & seen) // len(body)}%")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
