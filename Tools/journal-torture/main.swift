// The entry point.

import ToolSupport

ProcessSignals.reportInsteadOfDying()
TortureCommand.end(TortureCommand.run(Array(CommandLine.arguments.dropFirst())))
