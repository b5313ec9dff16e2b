import ssh2 from 'ssh2'

/** Public and private are OpenSSH's text forms. */
export type KeyPair = { private: string; public: string }

/**
 * A fresh ed25519 pair. ssh2 1.17 drops the zeros that a public key begins with (lib/keygen.js), so one pair in 250 can be read by
 * nobody, itself included; those are thrown away.
 */
export function freshKeyPair(): KeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519')
    const unreadable = [pair.private, pair.public].some((key) => ssh2.utils.parseKey(key) instanceof Error)
    if (!unreadable) return pair
  }
}
