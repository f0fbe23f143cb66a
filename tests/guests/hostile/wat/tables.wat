;; A table that grows until it may not, ten million elements at the most.
(component
  (core module $attack
    (table $table 0 10000000 funcref)
    (func $start
      (loop $again
        (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 10000)) (i32.const -1))))
      unreachable)
    (start $start))
  (core instance (instantiate $attack))

  ;; Read as a check: it exports what every check exports. It attacks before anybody could call it, so the type does not matter.
  (core module $runs (func (export "run") (result i32) unreachable))
  (core instance $runs (instantiate $runs))
  (func $run (result u32) (canon lift (core func $runs "run")))
  (instance $checker (export "run" (func $run)))
  (export "vhost:check/checker@0.1.0" (instance $checker)))
