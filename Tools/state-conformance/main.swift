// The entry point.

import ToolSupport

ProcessSignals.reportInsteadOfDying()
ConformanceCommand.end(await ConformanceCommand.run(Array(CommandLine.arguments.dropFirst())))
