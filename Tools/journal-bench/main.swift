// The entry point.

import ToolSupport

ProcessSignals.reportInsteadOfDying()
BenchCommand.end(BenchCommand.run(Array(CommandLine.arguments.dropFirst())))
