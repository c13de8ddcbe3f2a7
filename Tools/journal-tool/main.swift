import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

StandardDescriptors.hold()
Interruption.install()
if let failure = CommandLineText.failure {
  Console(color: nil, isQuiet: false).failure(failure)
  exit(failure.code.rawValue)
}
exit(Tool.run(CommandLine.arguments).rawValue)
