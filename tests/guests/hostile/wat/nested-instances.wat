;; A billion instances in a thousand bytes: each of nine components instantiates the one before it ten times.
;; Whoever compiles this has to count them all.
(component
  (component $c0 (core module $nothing (memory 1)) (core instance (instantiate $nothing)))
  (component $c1
    (alias outer 1 $c0 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c2
    (alias outer 1 $c1 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c3
    (alias outer 1 $c2 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c4
    (alias outer 1 $c3 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c5
    (alias outer 1 $c4 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c6
    (alias outer 1 $c5 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c7
    (alias outer 1 $c6 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c8
    (alias outer 1 $c7 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (component $c9
    (alias outer 1 $c8 (component $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)) (instance (instantiate $inner)) (instance (instantiate $inner))
    (instance (instantiate $inner)))
  (instance (instantiate $c9))

  ;; Read as a check: it exports what every check exports. It attacks before anybody could call it, so the type does not matter.
  (core module $runs (func (export "run") (result i32) unreachable))
  (core instance $runs (instantiate $runs))
  (func $run (result u32) (canon lift (core func $runs "run")))
  (instance $checker (export "run" (func $run)))
  (export "vhost:check/checker@0.1.0" (instance $checker)))
