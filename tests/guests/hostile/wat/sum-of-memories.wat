;; Forty memories that take 2 MiB each: none is large, their sum is.
(component
  (core module $attack (memory 32))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack)) (core instance (instantiate $attack)) (core instance (instantiate $attack))
  (core instance (instantiate $attack))

  ;; Read as a check: it exports what every check exports. It attacks before anybody could call it, so the type does not matter.
  (core module $runs (func (export "run") (result i32) unreachable))
  (core instance $runs (instantiate $runs))
  (func $run (result u32) (canon lift (core func $runs "run")))
  (instance $checker (export "run" (func $run)))
  (export "vhost:check/checker@0.1.0" (instance $checker)))
