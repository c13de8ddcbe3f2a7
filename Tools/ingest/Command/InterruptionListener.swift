import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Turns the first SIGINT or SIGTERM into a call, and lets the second one end the process: whoever
/// asks twice does not want to wait, and the state stands that as it stands a kill.
final class InterruptionListener {
  private let sources: [any DispatchSourceSignal]

  init(_ handle: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      // The default action would come first, so it is switched off while the source listens.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        handle()
      }
      source.activate()
      return source
    }
  }
}
