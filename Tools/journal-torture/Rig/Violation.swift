/// A promise that was found broken.
struct Violation: Error {
  var text: String
}
