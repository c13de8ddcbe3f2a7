import Dispatch
import LoopbackServer
import PropertiesClient
import StateJournal
import StateStorageConformance
import Synchronization
import Testing

@Suite("Properties that a service keeps") struct RemotePropertiesTests {
  private static let service = PropertiesService(token: "secret")
  private static let server = Result { try LoopbackServer(answer: service.answer) }
  static let storage: StorageUnderTest = StorageUnderTest(
    "properties service", roles: [.concurrency, .listing]
  ) { directory in
    PropertiesStateStorage(
      in: RemoteProperties(server: try server.get().address, team: "tests", job: directory) {
        "secret"
      })
  }

  @Test("State in them", arguments: ConformanceCase.cases(for: storage))
  func conformance(promise: ConformanceCase) async throws {
    try await promise.run(on: Self.storage)
  }

  /// A service, a client of it, and the pauses that the client takes without waiting.
  private final class Rig: Sendable {
    let service = PropertiesService(token: "secret")
    let server: LoopbackServer
    let pauses = Mutex<[Duration]>([])

    init() throws { server = try LoopbackServer(answer: service.answer) }

    func client(
      team: String = "sales", job: String = "load", timeout: Duration = .seconds(120),
      attemptCount: Int = 4, token: String = "secret"
    ) -> RemoteProperties {
      var client = RemoteProperties(
        server: server.address + "/", team: team, job: job, deployment: "prod/1", timeout: timeout,
        retries: RetrySchedule(attemptCount: attemptCount)
      ) {
        token
      }
      client.pause = { pause in self.pauses.withLock { $0.append(pause) } }
      return client
    }
  }

  private func error(
    _ body: () async throws(StateError) -> Void
  ) async -> RemotePropertiesError? {
    do {
      try await body()
      return nil
    } catch {
      return error.remotePropertiesError
    }
  }

  @Test("Requests go to the job's address, with the token, and bring back what was put")
  func requests() async throws {
    let rig = try Rig()
    let client = rig.client(team: "a/b", job: "ü ?")
    let properties: StateObject = ["a": 1.0, "b": ["c": [nil, true, "é"]]]
    #expect(try await client.getAll() == [:])
    try await client.setAll(properties)
    #expect(try await client.getAll() == properties)
    #expect(try await client.get("a") == 1.0)
    let requests = rig.service.requests
    #expect(requests.map(\.method) == ["GET", "PUT", "GET", "GET"])
    for request in requests {
      #expect(
        request.path
          == "/data-jobs/for-team/a%2Fb/jobs/%C3%BC%20%3F/deployments/prod%2F1/properties")
      #expect(request.headers["authorization"] == "Bearer secret")
    }
    #expect(rig.pauses.withLock(\.self).isEmpty)
  }

  @Test("A failure that may pass is tried again with growing pauses, and then forgotten")
  func retries() async throws {
    let rig = try Rig()
    rig.service.failNext([HTTPAnswer(503), nil, HTTPAnswer(500)])
    try await rig.client().setAll(["a": 1])
    let pauses = rig.pauses.withLock(\.self)
    #expect(pauses.count == 3)
    for (pause, longest) in zip(pauses, [500, 1_000, 2_000]) {
      #expect(pause >= .milliseconds(longest / 2) && pause <= .milliseconds(longest))
    }
    #expect(try await rig.client().getAll() == ["a": 1])
  }

  @Test("A connection that is cut under a change is no connection at once, and not a long wait")
  func cutConnection() async throws {
    let rig = try Rig()
    let client = rig.client(attemptCount: 1)
    // So that there is a connection which could be used once more.
    _ = try await client.getAll()
    rig.service.failNext([nil])
    let error = await error { () async throws(StateError) in try await client.setAll(["a": 1]) }
    #expect(error?.kind == .unreachable)
    try await client.setAll(["a": 2])
    #expect(try await client.getAll() == ["a": 2])
  }

  @Test("A cancelled task is told that it was cancelled, and is not asked to look for the network")
  func cancelled() async throws {
    let (arrived, arrivals) = AsyncStream.makeStream(of: Void.self)
    let isOver = DispatchSemaphore(value: 0)
    let silent = try LoopbackServer { _ in
      arrivals.yield()
      isOver.wait()
      return nil
    }
    let client = RemoteProperties(
      server: silent.address, team: "t", job: "j", retries: RetrySchedule(attemptCount: 1)
    ) {
      "secret"
    }
    let asking = Task { () -> (any Error)? in
      do { _ = try await client.getAll() } catch { return error }
      return nil
    }
    for await _ in arrived { break }
    asking.cancel()
    let error = await asking.value
    isOver.signal()
    #expect((error as? StateError)?.underlying is CancellationError, "\(String(describing: error))")
  }

  @Test("A service that keeps failing is an error that says how often it was asked")
  func unavailable() async throws {
    let rig = try Rig()
    rig.service.failNext(Array(repeating: HTTPAnswer(502, Array("bad gateway".utf8)), count: 9))
    let error = await error { () async throws(StateError) in try await rig.client().setAll([:]) }
    #expect(error?.kind == .unavailable(status: 502))
    #expect(error?.attemptCount == 4 && rig.service.requests.count == 4)
    #expect(error?.description.contains("bad gateway") == true)
  }

  @Test("No token, no right, no job and a refusal are told apart, and tried once")
  func refusals() async throws {
    let rig = try Rig()
    let wrong = await error { () async throws(StateError) in
      _ = try await rig.client(token: "old").getAll()
    }
    #expect(wrong?.kind == .unauthorized)
    let forbidden = await error { () async throws(StateError) in
      try await rig.client(team: "forbidden").setAll([:])
    }
    #expect(forbidden?.kind == .forbidden)
    rig.service.failNext([HTTPAnswer(404), HTTPAnswer(409)])
    let missing = await error { () async throws(StateError) in
      _ = try await rig.client().getAll()
    }
    #expect(missing?.kind == .notFound)
    let refused = await error { () async throws(StateError) in
      _ = try await rig.client().getAll()
    }
    #expect(refused?.kind == .refused(status: 409))
    #expect(rig.service.requests.count == 4 && rig.pauses.withLock(\.self).isEmpty)
  }

  @Test("An answer that is no properties is an error, and never an empty map")
  func unreadable() async throws {
    let rig = try Rig()
    for body in ["", "[]", "{\"a\": 1", "<html>"] {
      rig.service.failNext([HTTPAnswer(200, Array(body.utf8))])
      let error = await error { () async throws(StateError) in
        _ = try await rig.client().getAll()
      }
      #expect(error?.kind == .unreadable, "\(body)")
    }
  }

  @Test(
    "A server that is not there, and one that does not answer, are told apart, each in its time",
    .timeLimit(.minutes(30)))
  func noAnswer() async throws {
    let rig = try Rig()
    let gone = rig.client()
    rig.server.close()
    let unreachable = await error { () async throws(StateError) in _ = try await gone.getAll() }
    #expect(unreachable?.kind == .unreachable)
    #expect(unreachable?.attemptCount == 4)

    let isOver = DispatchSemaphore(value: 0)
    let silent = try LoopbackServer { _ in
      isOver.wait()
      return nil
    }
    let late = RemoteProperties(
      server: silent.address, team: "t", job: "j", timeout: .milliseconds(100),
      retries: RetrySchedule(attemptCount: 1)
    ) {
      "secret"
    }
    let timedOut = await error { () async throws(StateError) in _ = try await late.getAll() }
    isOver.signal()
    #expect(timedOut?.kind == .timedOut)
  }

  @Test("A token that could smuggle a header in, and an address that is none, are refused")
  func unusable() async throws {
    let rig = try Rig()
    for token in ["a\r\nX: y", "a b", "é"] {
      let error = await error { () async throws(StateError) in
        _ = try await rig.client(token: token).getAll()
      }
      #expect(error?.kind == .unusable, "\(token)")
    }
    for server in ["", "control.example.com", "file:///etc", "http://"] {
      let client = RemoteProperties(server: server, team: "t", job: "j") { "secret" }
      let error = await error { () async throws(StateError) in _ = try await client.getAll() }
      #expect(error?.kind == .unusable, "\(server)")
    }
    #expect(rig.service.requests.isEmpty)
  }
}
