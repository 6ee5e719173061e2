pytest_plugins = ["attest_testing"]
