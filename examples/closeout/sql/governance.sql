-- The twelve governance tables, as one controlled CUT/VERIFY trial leaves them: fifteen rows, every one of them named in the plan.
CREATE SCHEMA cutter_governance;

CREATE TABLE cutter_governance.decision_backlog_entry (
    entry_id uuid PRIMARY KEY,
    entry_code text NOT NULL UNIQUE,
    title text NOT NULL,
    entry_status text NOT NULL CHECK (entry_status IN ('open', 'approved', 'executed', 'verified', 'closed')),
    priority smallint DEFAULT 3 NOT NULL CHECK (priority BETWEEN 1 AND 5),
    risk_score numeric(5,2) NOT NULL,
    requires_signature boolean DEFAULT true NOT NULL,
    context jsonb DEFAULT '{}' NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz DEFAULT now() NOT NULL,
    closed_at timestamptz,
    CHECK (closed_at IS NULL OR closed_at >= opened_at)
);

CREATE TABLE cutter_governance.decision_backlog_history (
    history_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    from_status text,
    to_status text NOT NULL,
    actor text NOT NULL,
    reason text,
    changed_at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX decision_backlog_history_entry ON cutter_governance.decision_backlog_history (entry_id, changed_at);

CREATE TABLE cutter_governance.decision_backlog_dependency (
    entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    depends_on_entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    dependency_kind text DEFAULT 'blocks' NOT NULL CHECK (dependency_kind IN ('blocks', 'informs')),
    created_at timestamptz DEFAULT now() NOT NULL,
    PRIMARY KEY (entry_id, depends_on_entry_id),
    CHECK (entry_id <> depends_on_entry_id)
);

CREATE TABLE cutter_governance.decision_backlog_sweep_log (
    sweep_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    swept_at timestamptz DEFAULT now() NOT NULL,
    sweeper text NOT NULL,
    entries_seen integer NOT NULL,
    entries_expired integer NOT NULL,
    took interval NOT NULL
);

CREATE TABLE cutter_governance.manifest_envelope (
    envelope_id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    manifest_version text NOT NULL,
    manifest_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(manifest_sha256) = 32),
    unit_count integer NOT NULL,
    payload jsonb NOT NULL,
    sealed_by text NOT NULL,
    sealed_at timestamptz NOT NULL
);

CREATE TABLE cutter_governance.manifest_unit_block (
    block_id uuid PRIMARY KEY,
    envelope_id uuid NOT NULL REFERENCES cutter_governance.manifest_envelope ON DELETE CASCADE,
    ordinal integer NOT NULL,
    unit_key text NOT NULL,
    source_address text NOT NULL,
    block_sha256 bytea NOT NULL,
    byte_length bigint NOT NULL CHECK (byte_length > 0),
    UNIQUE (envelope_id, ordinal)
);

CREATE TABLE cutter_governance.review_decision (
    review_id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    envelope_id uuid NOT NULL REFERENCES cutter_governance.manifest_envelope,
    reviewer text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'reject', 'defer')),
    rationale text,
    confidence numeric(4,3),
    decided_at timestamptz NOT NULL
);

CREATE TABLE cutter_governance.cut_change_set (
    change_set_id uuid PRIMARY KEY,
    entry_id uuid NOT NULL REFERENCES cutter_governance.decision_backlog_entry,
    envelope_id uuid NOT NULL REFERENCES cutter_governance.manifest_envelope,
    change_set_status text NOT NULL CHECK (change_set_status IN ('planned', 'applied', 'rolled_back')),
    executor text NOT NULL,
    affected_row_count integer NOT NULL,
    dry_run boolean DEFAULT false NOT NULL,
    applied_at timestamptz,
    rollback_plan jsonb
);
CREATE INDEX cut_change_set_applied ON cutter_governance.cut_change_set (applied_at) WHERE change_set_status = 'applied';

CREATE TABLE cutter_governance.cut_change_set_affected_row (
    change_set_id uuid NOT NULL REFERENCES cutter_governance.cut_change_set ON DELETE CASCADE,
    ordinal integer NOT NULL,
    relation_name text NOT NULL,
    row_key text NOT NULL,
    operation text NOT NULL CHECK (operation IN ('insert', 'update', 'delete', 'none')),
    before_sha256 text,
    after_sha256 text,
    PRIMARY KEY (change_set_id, ordinal)
);

CREATE TABLE cutter_governance.verify_result (
    verify_result_id uuid PRIMARY KEY,
    change_set_id uuid NOT NULL REFERENCES cutter_governance.cut_change_set,
    outcome text NOT NULL CHECK (outcome IN ('pass', 'fail', 'inconclusive')),
    verifier text NOT NULL,
    assertions_total integer NOT NULL,
    assertions_failed integer DEFAULT 0 NOT NULL,
    duration_seconds numeric(10,3) NOT NULL,
    detail jsonb,
    verified_at timestamptz NOT NULL,
    CHECK (assertions_failed <= assertions_total)
);

-- A signature belongs to one lane, and refers to what that lane produced and to nothing else.
CREATE TABLE cutter_governance.dot_pair_signature (
    dot_id text PRIMARY KEY CHECK (dot_id ~ '^DOT-[0-9]+$'),
    lane text NOT NULL CHECK (lane IN ('executor', 'verifier')),
    pair_no integer NOT NULL,
    signer text NOT NULL,
    cross_reference_change_set_id uuid REFERENCES cutter_governance.cut_change_set,
    cross_reference_verify_result_id uuid REFERENCES cutter_governance.verify_result,
    signature_sha256 text NOT NULL,
    signed_at timestamptz NOT NULL,
    UNIQUE (pair_no, lane)
);

CREATE TABLE cutter_governance.canonical_address_alias (
    alias_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    alias_address text NOT NULL UNIQUE,
    canonical_address text NOT NULL,
    valid_from timestamptz DEFAULT now() NOT NULL,
    valid_to timestamptz
);

CREATE VIEW cutter_governance.open_decision AS
SELECT e.entry_id, e.entry_code, e.title, count(d.depends_on_entry_id) AS blocked_by
FROM cutter_governance.decision_backlog_entry AS e
LEFT JOIN cutter_governance.decision_backlog_dependency AS d USING (entry_id)
WHERE e.closed_at IS NULL
GROUP BY e.entry_id;

\set entry '2f8b4c90-6d1e-4f7a-8b35-c0d9a1e47f62'
\set envelope 'a41d07be-93c5-4b28-9e6f-5d7c20f8b913'
\set change_set '7c963f27-5b0e-4d6a-9c41-e2a8f3b1d704'
\set verify_result '633f2c51-9a7d-4e83-b6f0-1c52d8e94ab7'

INSERT INTO cutter_governance.decision_backlog_entry VALUES
    (:'entry', 'DBE-0041', 'First controlled production CUT/VERIFY trial', 'verified', 1, 12.50, true,
     '{"phase": "v0.4", "target": "TARGET_IU", "rehearsals": ["v0.2", "v0.3"]}', 'governance-board',
     '2026-05-15 08:12:44.310552+00', NULL);

INSERT INTO cutter_governance.decision_backlog_history (entry_id, from_status, to_status, actor, reason, changed_at) VALUES
    (:'entry', NULL, 'open', 'governance-board', 'Trial requested after two rehearsals', '2026-05-15 08:12:44.310552+00'),
    (:'entry', 'open', 'approved', 'reviewer-a', 'Manifest reviewed, one unit only', '2026-05-16 14:03:09.000417+00'),
    (:'entry', 'approved', 'approved', 'operator', 'Window confirmed', '2026-05-17 12:30:00+00'),
    (:'entry', 'approved', 'executed', 'cutter-executor', NULL, '2026-05-17 13:21:37.884201+00'),
    (:'entry', 'executed', 'verified', 'cutter-verifier', 'All assertions hold', '2026-05-17 13:24:05.119930+00');

INSERT INTO cutter_governance.decision_backlog_sweep_log (swept_at, sweeper, entries_seen, entries_expired, took) VALUES
    ('2026-05-17 13:00:00.005183+00', 'nightly-sweep', 1, 0, '00:00:00.041');

INSERT INTO cutter_governance.manifest_envelope VALUES
    (:'envelope', :'entry', 'canonical-address-v1', sha256('manifest v0.4 trial'), 1,
     '{"units": ["TARGET_IU"], "mode": "controlled", "limits": {"rows": 15, "mutations": 0}}', 'manifest-builder',
     '2026-05-16 09:47:51.730008+00');

INSERT INTO cutter_governance.manifest_unit_block VALUES
    ('d95e1f3c-08a7-4c64-b1d2-76fe43a0c85b', :'envelope', 1, 'TARGET_IU', 'tac/law/part-3/chapter-2/unit-21',
     sha256('unit block TARGET_IU'), 4219);

INSERT INTO cutter_governance.review_decision VALUES
    ('58c2e7a9-4f60-4d1b-a8e3-9b07d6125cf4', :'entry', :'envelope', 'reviewer-a', 'approve',
     'One unit, nothing mutated, rollback rehearsed', 0.985, '2026-05-16 14:03:08.997260+00');

INSERT INTO cutter_governance.cut_change_set VALUES
    (:'change_set', :'entry', :'envelope', 'applied', 'cutter-executor', 1, false, '2026-05-17 13:21:37.880034+00',
     '{"steps": 3, "rehearsed": true, "last_rehearsal": "2026-05-14"}');

INSERT INTO cutter_governance.cut_change_set_affected_row VALUES
    (:'change_set', 1, 'public.tac_logical_unit', 'TARGET_IU', 'none',
     encode(sha256('TARGET_IU at rest'), 'hex'), encode(sha256('TARGET_IU at rest'), 'hex'));

INSERT INTO cutter_governance.verify_result VALUES
    (:'verify_result', :'change_set', 'pass', 'cutter-verifier', 24, 0, 1.872,
     '{"row_delta": 15, "target_mutated": false, "notes": null}', '2026-05-17 13:24:05.101774+00');

INSERT INTO cutter_governance.dot_pair_signature VALUES
    ('DOT-991', 'executor', 496, 'cutter-executor', :'change_set', NULL,
     encode(sha256('DOT-991 signs a change set'), 'hex'), '2026-05-17 13:21:38.002915+00'),
    ('DOT-992', 'verifier', 496, 'cutter-verifier', NULL, :'verify_result',
     encode(sha256('DOT-992 signs a verification'), 'hex'), '2026-05-17 13:24:05.240661+00');
