import DataSources
import Foundation
import HTTPDataSources
import LoopbackServer
import StateJournal
import Synchronization
import Testing

@Suite("A JSON API as a source", .timeLimit(.minutes(30)))
struct HTTPTests {
  private let job: ShopJob

  init() throws { job = try ShopJob() }

  @Test("What may pass is asked again, and not before the service wants to be asked")
  func retries() async throws {
    job.put(1...3)
    job.shop.state.withLock {
      $0.faults = [HTTPAnswer(503), nil, nil]
      $0.faults[1] = HTTPAnswer(429, headers: [("Retry-After", "7")])
      $0.faults.removeLast()
    }
    try await job.run()
    #expect(job.output.count == 3)
    #expect(job.pauses.withLock { $0 }.count == 2)
    #expect(job.pauses.withLock { $0 }.last == .seconds(7))
  }

  @Test("What does not pass in time is a transient error, so that the stream's policy may go on")
  func unavailable() async throws {
    job.shop.state.withLock { $0.faults = [HTTPAnswer(500), HTTPAnswer(502), HTTPAnswer(503)] }
    let error = await #expect(throws: IngestionError.self) { try await job.run() }
    let cause = error?.underlying as? DataSourceError
    #expect(cause?.isTransient == true)
    #expect((cause?.underlying as? HTTPFailure)?.kind == .unavailable(status: 503))
    #expect((cause?.underlying as? HTTPFailure)?.attemptCount == 3)
  }

  @Test("A refused token and one that may not do this are told apart, and not tried again")
  func tokens() async throws {
    for (token, path, kind) in [
      ("other", "/orders", HTTPFailure.Kind.unauthorized), ("secret", "/forbidden", .forbidden),
    ] {
      let error = await #expect(throws: IngestionError.self) {
        try await job.run(token: token, path: path)
      }
      let cause = error?.underlying as? DataSourceError
      #expect(cause?.isTransient == false)
      #expect((cause?.underlying as? HTTPFailure)?.kind == kind)
    }
    #expect(job.pauses.withLock { $0 }.isEmpty)
  }

  @Test(
    "An answer that is not what was said is an error that names the address and the member",
    arguments: [
      ("<html>", "the answer is not JSON: line 1, column 1"),
      ("{\"data\":{}}", "\"data.items\" is no array of rows"),
      ("{\"data\":{\"items\":[1]}}", "row 1 is no object: 1"),
      (
        "{\"data\":{\"items\":[]},\"meta\":{\"cursor\":[1]}}",
        "\"meta.cursor\" is [1], which is no cursor"
      ),
    ])
  func answers(body: String, words: String) async throws {
    job.shop.state.withLock { $0.faults = [HTTPAnswer(200, Array(body.utf8))] }
    let error = await #expect(throws: IngestionError.self) { try await job.run() }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(job.server.address + "/orders?limit=2") == true)
  }

  @Test("A redirection to another server is not followed, which would give it the token")
  func redirection() async throws {
    job.put(1...1)
    let thief = Shop()
    let other = try LoopbackServer(answer: thief.answer)
    job.shop.state.withLock {
      $0.faults = [HTTPAnswer(302, headers: [("Location", other.address + "/orders")])]
    }
    let error = await #expect(throws: IngestionError.self) { try await job.run() }
    let cause = (error?.underlying as? DataSourceError)?.underlying as? HTTPFailure
    #expect(cause?.kind == .refused(status: 302), "\(error?.message ?? "")")
    #expect(thief.state.withLock { $0.requests }.isEmpty)

    job.shop.state.withLock {
      $0.faults = [
        HTTPAnswer(
          302, Array("{\"moved\":".utf8),
          headers: [("Location", job.server.address + "/orders?limit=2")])
      ]
    }
    try await job.run()
    #expect(job.output == ["{\"n\":1}"])
  }

  /// What the one request of a run that does not end well failed with.
  private func failure(
    of answer: HTTPAnswer, maximumAnswerByteCount: Int
  ) async throws -> HTTPFailure? {
    job.shop.state.withLock { $0.faults = [answer] }
    let error = await #expect(throws: IngestionError.self) {
      try await job.run(maximumAnswerByteCount: maximumAnswerByteCount)
    }
    let failure = (error?.underlying as? DataSourceError)?.underlying as? HTTPFailure
    #expect(failure?.attemptCount == 1)
    return failure
  }

  @Test("An answer may be as long as allowed, and one byte more is an error with address and bound")
  func longAnswers() async throws {
    let body = Array(#"{"data":{"items":[{"n":1}]}}"#.utf8)
    job.shop.state.withLock { $0.faults = [HTTPAnswer(200, body)] }
    try await job.run(maximumAnswerByteCount: body.count)
    #expect(job.output == ["{\"n\":1}"])
    let failure = try await failure(
      of: HTTPAnswer(200, body), maximumAnswerByteCount: body.count - 1)
    #expect(failure?.kind == .tooLarge(maximumByteCount: body.count - 1))
    let words = "\(failure?.description ?? "")"
    #expect(
      words.contains("\(job.server.address)/orders?limit=2: the answer is longer than 27 bytes"))
    #expect(words.contains("maximumAnswerByteCount"))
    job.shop.state.withLock { $0.faults = [HTTPAnswer(200, body)] }
    let error = await #expect(throws: IngestionError.self) {
      try await job.run(maximumAnswerByteCount: body.count - 1)
    }
    #expect(error?.message.hasSuffix("\"maximumAnswerBytes\" in a configuration") == true)
  }

  @Test("An answer that never ends is given up as soon as it is too long")
  func endlessAnswer() async throws {
    let failure = try await failure(
      of: HTTPAnswer(200, [UInt8](repeating: 0x20, count: 100_000), isFinished: false),
      maximumAnswerByteCount: 99_999)
    #expect(failure?.kind == .tooLarge(maximumByteCount: 99_999), "\(String(describing: failure))")
  }

  @Test("An answer that is short only as long as it is compressed is too long")
  func compressedAnswer() async throws {
    // 100,002 bytes: a hundred thousand spaces in brackets.
    let compressed = try #require(
      Data(
        base64Encoded:
          "H4sIAAAAAAACA+3BQREAAAwCoCrr5a1/DWv4AHIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
          + "AAAAAADArC+fCYOGooYBAA=="))
    let answer = HTTPAnswer(200, Array(compressed), headers: [("Content-Encoding", "gzip")])
    let failure = try await failure(of: answer, maximumAnswerByteCount: 10_000)
    #expect(failure?.kind == .tooLarge(maximumByteCount: 10_000), "\(String(describing: failure))")
  }

  @Test("An answer is asked for as it is, since compressed ones are unpacked out of sight")
  func uncompressed() async throws {
    job.put(1...1)
    try await job.run()
    let requests = job.shop.state.withLock { $0.requests }
    #expect(!requests.isEmpty)
    #expect(requests.allSatisfy { $0.headers["accept-encoding"] == "identity" })
  }

  @Test("A header that would begin another one is not sent")
  func headers() async throws {
    for headers in [["X-A": "b\r\nX-C: d"], ["X A": "b"], ["": "b"], ["X-A:": "b"], ["X-A": "b\0"]]
    {
      let source = HTTPPagedSource(
        identifier: "shop", streams: [.init("orders", address: job.server.address + "/plain")],
        headers: headers)
      let stream = try #require(try await source.streams().first)
      var reader = try await stream.open(after: [:])
      let error = await #expect(throws: DataSourceError.self) { _ = try await reader.next() }
      #expect((error?.underlying as? HTTPFailure)?.kind == .unusable, "\(headers)")
    }
    #expect(job.shop.state.withLock { $0.requests }.isEmpty)
  }

  @Test("A refusal with a long text stays that refusal")
  func longRefusal() async throws {
    let failure = try await failure(
      of: HTTPAnswer(403, [UInt8](repeating: 0x61, count: 5000)), maximumAnswerByteCount: 1000)
    #expect(failure?.kind == .forbidden)
    #expect(failure?.detail.count == 200)
  }
}
