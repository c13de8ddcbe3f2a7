// The entry point.

import ToolSupport

StandardDescriptors.hold()
ProcessSignals.reportInsteadOfDying()
ConformanceCommand.end(await ConformanceCommand.run(Array(CommandLine.arguments.dropFirst())))
