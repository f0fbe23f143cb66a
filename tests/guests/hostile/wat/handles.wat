;; Asks for standard input again and again and keeps every handle.
(component
  (import "wasi:io/streams@0.2.0" (instance $streams (export "input-stream" (type (sub resource)))))
  (alias export $streams "input-stream" (type $input-stream))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (alias outer 1 $input-stream (type $input-stream))
    (export "input-stream" (type $stream (eq $input-stream)))
    (export "get-stdin" (func (result (own $stream))))))
  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core instance $host (export "get-stdin" (func $get-stdin)))
  (core module $attack
    (import "host" "get-stdin" (func $get-stdin (result i32)))
    (func $start (loop $again (drop (call $get-stdin)) (br $again)))
    (start $start))
  (core instance (instantiate $attack (with "host" (instance $host))))

  ;; Read as a check: it exports what every check exports. It attacks before anybody could call it, so the type does not matter.
  (core module $runs (func (export "run") (result i32) unreachable))
  (core instance $runs (instantiate $runs))
  (func $run (result u32) (canon lift (core func $runs "run")))
  (instance $checker (export "run" (func $run)))
  (export "vhost:check/checker@0.1.0" (instance $checker)))
