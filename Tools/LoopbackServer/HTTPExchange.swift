#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a client asks for.
package struct HTTPRequest: Sendable {
  package var method: String
  package var path: String
  /// By name in small letters.
  package var headers: [String: String]
  package var body: [UInt8]
}

/// What it is told.
package struct HTTPAnswer: Sendable {
  package var status: Int
  package var body: [UInt8]
  /// Headers beside those that every answer has.
  package var headers: [(name: String, value: String)]
  /// Whether the body is all that comes. Otherwise no length is told, and the server says nothing more
  /// until the client hangs up.
  package var isFinished: Bool

  package init(
    _ status: Int, _ body: [UInt8] = [], headers: [(name: String, value: String)] = [],
    isFinished: Bool = true
  ) {
    self.status = status
    self.body = body
    self.headers = headers
    self.isFinished = isFinished
  }
}

/// Answers the requests of one connection until its client closes it.
func serve(_ connection: Int32, _ answer: LoopbackServer.Handler) {
  defer { _ = closeDescriptor(connection) }
  var input = ConnectionInput(connection)
  while let request = input.request() {
    guard let answer = answer(request) else { return }
    let head =
      "HTTP/1.1 \(answer.status) Answer\r\nContent-Type: application/json\r\n"
      + answer.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
      + (answer.isFinished ? "Content-Length: \(answer.body.count)\r\n\r\n" : "\r\n")
    guard sendAll(Array(head.utf8) + answer.body, to: connection) else { return }
    if !answer.isFinished {
      while input.receive() {}
      return
    }
  }
}

private func sendAll(_ bytes: [UInt8], to connection: Int32) -> Bool {
  #if canImport(Darwin)
    let flags: Int32 = 0
  #else
    let flags = Int32(MSG_NOSIGNAL)
  #endif
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = unsafe rest.withUnsafeBytes {
      unsafe send(connection, $0.baseAddress, $0.count, flags)
    }
    if count <= 0 { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// The requests that come in on a connection.
private struct ConnectionInput {
  private let connection: Int32
  private var bytes: [UInt8] = []

  init(_ connection: Int32) { self.connection = connection }

  /// The next request; nil at the end of the connection, or when what came is none.
  mutating func request() -> HTTPRequest? {
    var lines: [String] = []
    while let line = line() {
      if !line.isEmpty {
        lines.append(line)
        continue
      }
      guard let first = lines.first else { continue }
      let words = first.split(separator: " ")
      guard words.count == 3 else { return nil }
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
      }
      guard let body = take(headers["content-length"].flatMap { Int($0) } ?? 0) else { return nil }
      return HTTPRequest(
        method: String(words[0]), path: String(words[1]), headers: headers, body: body)
    }
    return nil
  }

  private mutating func line() -> String? {
    while true {
      if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        bytes.removeSubrange(...end)
        return line.last == "\r" ? String(line.dropLast()) : line
      }
      if !receive() { return nil }
    }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    while bytes.count < count {
      if !receive() { return nil }
    }
    defer { bytes.removeFirst(count) }
    return Array(bytes.prefix(count))
  }

  /// Waits for more; false at the end of the connection.
  mutating func receive() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe recv(connection, &buffer, buffer.count, 0)
    if count <= 0 { return false }
    bytes += buffer.prefix(count)
    return true
  }
}
