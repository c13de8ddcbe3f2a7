// The entry point.

import ToolSupport

StandardDescriptors.hold()
ProcessSignals.reportInsteadOfDying()
TortureCommand.end(TortureCommand.run(Array(CommandLine.arguments.dropFirst())))
