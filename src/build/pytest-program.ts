/**
 * The Python that brig runs pytest with: `-c` this, then the tree's path, a file for the counts, and pytest's arguments.
 * The tree comes first on sys.path, as /var/task does on Lambda; the interpreter belongs to a virtual environment
 * of its own, so neither site-packages nor .pth files of the host are seen.
 */
export const pytestProgram = `
import json, sys
tree, counts_file = sys.argv[1:3]
sys.path[0] = tree
sys.argv[:] = ["pytest", *sys.argv[3:]]
import pytest

class Counts:
    def __init__(self):
        self.outcomes = {}
        self.errors = 0
    def pytest_collectreport(self, report):
        self.errors += report.failed
    def pytest_runtest_logreport(self, report):
        if report.failed or (report.when == "call" and self.outcomes.get(report.nodeid) != "failed"):
            self.outcomes[report.nodeid] = report.outcome

counts = Counts()
status = int(pytest.main(sys.argv[1:], plugins=[counts]))
values = list(counts.outcomes.values())
with open(counts_file, "w") as file:
    json.dump({"passed": values.count("passed"), "failed": values.count("failed") + counts.errors}, file)
sys.exit(status)
`;

/** pytest's exit status when it found no test: https://docs.pytest.org/en/stable/reference/exit-codes.html */
export const noTestsCollected = 5;
