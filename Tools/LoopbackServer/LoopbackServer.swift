import FileIO
import Synchronization
import ToolSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A small HTTP/1.1 server on the loopback interface, for tests of clients: real sockets, one thread
/// for each connection, answers from a closure.
package final class LoopbackServer: Sendable {
  /// Answers a request; nil closes the connection without an answer.
  package typealias Handler = @Sendable (HTTPRequest) -> HTTPAnswer?

  private let socket: Int32
  private let answer: Handler
  private let isOpen = Mutex(true)
  /// The port that the system gave it.
  package let port: UInt16

  /// The address to give to a client.
  package var address: String { "http://127.0.0.1:\(port)" }

  /// Listens from now on, until ``close()``.
  package init(answer: @escaping Handler) throws {
    (socket, port) = try Self.listen()
    self.answer = answer
    let (socket, answer) = (self.socket, answer)
    _ = try OwnedThread(name: "loopback-server") {
      while true {
        let connection = accept(socket, nil, nil)
        if connection < 0 {
          if errno == EINTR { continue }
          // Closed here only: a number that somebody else closed could be that of the next server's
          // socket by now, and this thread would answer in its place.
          _ = closeDescriptor(socket)
          return
        }
        do {
          _ = try OwnedThread(name: "loopback-answer") { serve(connection, answer) }
        } catch {
          _ = closeDescriptor(connection)
        }
      }
    }
  }

  deinit { close() }

  /// Takes no more connections.
  package func close() {
    let wasOpen = isOpen.withLock { isOpen in
      defer { isOpen = false }
      return isOpen
    }
    // That wakes the thread that waits for a connection, which closes the socket.
    if wasOpen { _ = shutdown(socket, Int32(SHUT_RDWR)) }
  }

  private static func listen() throws -> (socket: Int32, port: UInt16) {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let number = makeSocket(kind)
    if number < 0 { throw SystemCallFailure("socket") }
    _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe bind(number, address, length) == 0 && startListening(number) == 0
          && getsockname(number, address, &length) == 0
      }
    }
    if !isListening {
      let failure = SystemCallFailure("listen on the loopback interface")
      _ = closeDescriptor(number)
      throw failure
    }
    return (number, UInt16(bigEndian: address.sin_port))
  }
}

// The system's functions by names that do not clash with those of the class.

private func makeSocket(_ kind: Int32) -> Int32 { socket(AF_INET, kind, 0) }

private func startListening(_ number: Int32) -> Int32 { listen(number, 64) }

func closeDescriptor(_ number: Int32) -> Int32 { close(number) }
