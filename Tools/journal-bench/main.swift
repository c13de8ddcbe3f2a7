// The entry point.

import ToolSupport

StandardDescriptors.hold()
ProcessSignals.reportInsteadOfDying()
BenchCommand.end(BenchCommand.run(Array(CommandLine.arguments.dropFirst())))
