#!/usr/bin/env python3
"""usage: run_case.py MODULE METHOD -- runs one test; exits 77 when it was skipped."""

import importlib
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
module = importlib.import_module(sys.argv[1])
suite = unittest.TestSuite(case for group in unittest.defaultTestLoader.loadTestsFromModule(module)
                           for case in group if case._testMethodName == sys.argv[2])
assert suite.countTestCases() == 1, f"{sys.argv[2]} is there {suite.countTestCases()} times"
result = unittest.TextTestRunner(verbosity=2).run(suite)
if not result.wasSuccessful():
    sys.exit(1)
sys.exit(77 if result.skipped else 0)
