#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A thread of our own for work that blocks, so that the shared pool of Swift's tasks never waits
/// for a disk. Letting go of this object leaves the thread running.
package final class OwnedThread: Sendable {
  private let hasEnded: Monitor<Bool>

  /// Starts a thread that runs `body` and ends with it.
  ///
  /// - Parameter name: for debuggers and `ps`; Linux keeps its first 15 bytes.
  package init(
    name: String, _ body: @escaping @Sendable () -> Void
  ) throws(IOFailure) {
    hasEnded = Monitor(false)
    let code = start(Work(name: name, body: body, hasEnded: hasEnded))
    if code != 0 { throw IOFailure(.startThread, path: name, code: code) }
  }

  /// Returns when `body` has returned, with everything it did visible here. Never to be called by
  /// `body` itself, which would wait for its own end.
  package func join() { hasEnded.wait { $0 ? () : nil } }
}

/// What the new thread needs to know, carried through the C interface.
private final class Work: Sendable {
  let name: String
  let body: @Sendable () -> Void
  let hasEnded: Monitor<Bool>

  init(name: String, body: @escaping @Sendable () -> Void, hasEnded: Monitor<Bool>) {
    self.name = name
    self.body = body
    self.hasEnded = hasEnded
  }

  func run() {
    nameThisThread(name)
    body()
    hasEnded.withLock { $0 = true }
    hasEnded.notifyAll()
  }
}

/// Starts a detached thread; returns 0 or the error number. Detached, because its end is announced
/// by the monitor, so that nobody has to own and reap the system's handle of it.
private func start(_ work: Work) -> Int32 {
  var attributes = pthread_attr_t()
  var code = unsafe pthread_attr_init(&attributes)
  if code != 0 { return code }
  defer { _ = unsafe pthread_attr_destroy(&attributes) }
  code = unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  if code != 0 { return code }
  // A size of our own: the default ranges from 128 KiB (Musl) to 8 MiB.
  code = unsafe pthread_attr_setstacksize(&attributes, 1 << 20)
  if code != 0 { return code }

  let signals = Signals.block()
  defer { Signals.restore(signals) }
  let context = unsafe Unmanaged.passRetained(work)
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  code = unsafe pthread_create(&thread, &attributes, runWork, context.toOpaque())
  if code != 0 { unsafe context.release() }
  return code
}

#if canImport(Darwin)
  private func runWork(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
    return nil
  }

  private func nameThisThread(_ name: String) {
    _ = unsafe pthread_setname_np(name)
  }
#else
  private func runWork(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
      unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
  }

  /// Names the calling thread, as far as the system lets it. The call that does so is a GNU
  /// extension, which Swift does not import; the file behind it is there for everybody.
  private func nameThisThread(_ name: String) {
    let number = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard number >= 0 else { return }
    let descriptor = Descriptor(owning: number)
    let bytes = Array(name.utf8)
    _ = unsafe write(descriptor.number, bytes, bytes.count)
  }
#endif

/// The signals of the application are for the application's threads: a handler that ran on ours
/// could interrupt, or wait for, a sync. Those that report a fault of the thread itself stay.
private enum Signals {
  /// Blocks them in the calling thread, whose mask a new thread inherits; returns the mask before.
  static func block() -> sigset_t {
    var blocked = sigset_t()
    var previous = sigset_t()
    _ = unsafe sigfillset(&blocked)
    for fault in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] {
      _ = unsafe sigdelset(&blocked, fault)
    }
    _ = unsafe pthread_sigmask(SIG_BLOCK, &blocked, &previous)
    return previous
  }

  static func restore(_ mask: sigset_t) {
    var mask = mask
    _ = unsafe pthread_sigmask(SIG_SETMASK, &mask, nil)
  }
}
