// The entry point.

import ToolSupport

ProcessSignals.reportInsteadOfDying()
FuzzCommand.end(FuzzCommand.run(Array(CommandLine.arguments.dropFirst())))
