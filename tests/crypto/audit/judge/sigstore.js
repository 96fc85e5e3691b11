// Judges checkpoints and inclusion proofs with @sigstore/verify: reads one JSON object, answers with
// one. argv[2] is the folder in which the package is installed.
"use strict";
const crypto = require("crypto");
const path = require("path");
const dist = path.join(process.argv[2], "node_modules/@sigstore/verify/dist/timestamp");
const { verifyCheckpoint } = require(path.join(dist, "checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(dist, "merkle.js"));

// NAME+HEX+BASE64(0x01 || key): the package wants a key object and an id that begins with the hint.
function logOf(vkey) {
  const [, hint, key] = vkey.split("+");
  const raw = Buffer.from(key, "base64").subarray(1);
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  return {
    logID: Buffer.from(hint, "hex"),
    publicKey: crypto.createPublicKey({ key: der, format: "der", type: "spki" }),
    validFor: { start: new Date(0), end: new Date(4e12) },
  };
}

const question = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answer = { error: "", records: 0 };
try {
  const logs = [logOf(question.vkey)];
  for (const record of question.records) {
    const entry = {
      integratedTime: "1700000000",
      canonicalizedBody: Buffer.from(record.entry, "utf8"),
      inclusionProof: {
        logIndex: String(record.index),
        treeSize: String(record.size),
        rootHash: Buffer.from(record.root, "base64"),
        hashes: record.proof.map((hash) => Buffer.from(hash, "base64")),
        checkpoint: { envelope: question.note },
      },
    };
    verifyCheckpoint(entry, logs);
    verifyMerkleInclusion(entry);
    answer.records++;
  }
} catch (error) {
  answer.error = String(error.message || error);
}
process.stdout.write(JSON.stringify(answer));
