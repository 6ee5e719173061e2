/**
 * What the judge of secrets knows of how people write: counted in the text of some thousand packages' documentation, and
 * smoothed towards syllables of any language. Data alone; `written.ts` reads it.
 */

/**
 * What it costs, in bits, that one letter follows another: a row for the start of a word and for each letter before, a
 * column for the end of the word and for each letter after. `A` is a quarter of a bit, `B` two quarters, and so on to `Z`
 * and `a` to `z`. No word is empty. In each row the likelihoods, 2 to the minus cost, add up to at most 1.
 */
export const LETTER_PAIRS: readonly string[] = [
  '-OSOQPSVUQYZSRSSQcPNPTWUcZd',
  'PZTQQYYTaTcYNSNbSeMOLWWZbVd',
  'MMcYZLdccNVfLaYMajRRXNfggUg',
  'NMcWbLeeOPhTScZJbiSWNRfghaj',
  'GObaUIcbdMhgVbZPbhVTYSefgZj',
  'JSZQOVVWZZdcSUNaUZLNQcXZUYe',
  'LMfZaMRdeJhfScYLbhSVTPghgSj',
  'GPeZbJdWTNihVaSQbjRTXReghdf',
  'KJcbaIfdbMhfZXYMbhSXRSggiah',
  'PTWQRSTSaadaQRJOTeRPNdVcYbX',
  'NMcbbJfeUPfZWdZNWiXJXQWThfg',
  'IObZXHZbcMhgYbTRagYOXTadich',
  'LMcaUJccdLgfPcZMajYTTRbfhRi',
  'MJWbXIebeLgfXUYOOhZUYSeghai',
  'JOdRPMYNdPfbYbWPZiYONTZghbh',
  'OWVTRXWVaXbWRQJUReLRQRUTbae',
  'MLeaYKfcaPjeOYZMRjMTQRdhfbj',
  'KQdZaQfceQihSdZTaiYSXEgeYdf',
  'KMdWWIaYdNiaXWVNbjUQRSZegWj',
  'GPeUbLcdVOicYbYQVgYRMRfdhZj',
  'JNfXaJcdRKhgYcZPZiQRTSgcfUi',
  'PTSSTQXTaSebOSMaQeMMMcbccbc',
  'MKfbbFdadKhgbdXQdjZYXUdgifi',
  'KKcbZLecOLicXcQNcjRQWVgcifj',
  'INdScMceZOchaWZSKhYYLVegbXg',
  'EQdXbPcbdQifVYTQPjXRUVgbhgf',
  'KKbbbGeeaMidXaXPaiYVZTbcdZV',
];

/** Words of which placeholders are made, in small letters, of three letters or more. */
export const KNOWN_WORDS: readonly string[] = (
  'abc access account acme add admin aes after algorithm always amet anahtar and any anything api app approov ' +
  'april asdf august auth authentication authorization autumn aws azure babe backend bad badcode bar base ' +
  'baseball battery baz beef before best better bit bits boot brown byte bytes cafe cafebabe can change changed ' +
  'changeme char character characters chars chave cipher clave cle client cloud code coffee commit company ' +
  'complex confidential config configuration contrasena cookie corp correct create crypto current data database ' +
  'dead deadbeef decaf december default demo deploy deployment dev develop development device django docker does ' +
  'dog dolor dont dragon dummy easy edit encrypt encrypted encryption enough enter env environment ever example ' +
  'expire expiry express external face fake fastapi february feedface file fill firebase first fixme flask foo ' +
  'food football for fox friday from frontend geheim generate generated git going good google guess hard hash ' +
  'hashed haslo have hello here heslo hex hidden himitsu hmac horse iloveyou inc insecure insert internal ipsum ' +
  'january july jumps june jws jwt keep key keys klyuch know knows kubernetes kunci laravel lazy least length ' +
  'letmein line live local localhost login long longer lorem love made make march master match max may mega mima ' +
  'min minimum mobile mock monday mongo monkey more motdepasse must mysql name nest nestjs never new next nextjs ' +
  'nobody node not november number oauth october old one only openssl organization our over own parol parola pass ' +
  'passphrase passwd password passwort pepper phone phrase placeholder please postgres previous princess private ' +
  'prod production project public put quick qux qwerty rahasia rails rand random react real really redis refresh ' +
  'replace replaced repo root rotate rotation rsa safe salt sample saturday schluessel second secret secreta ' +
  'secrete secrets secure secured security seed segredo segreta sekret senha september server service session ' +
  'sessions set sha shadow share shared should sifre sign signature signed signing simple sit site sleutel some ' +
  'something special spring stage staging staple store string strong summer sunday sunshine super tajne tbd team ' +
  'temp temporary test tester testing tests text than that the there these this three thursday tmp todo token ' +
  'tokens top trustno tuesday two ultra unique unsafe update use used user username users using uuid validation ' +
  'value variable verification verify version very wachtwoord web website wednesday welcome whatever will winter ' +
  'with word words world xyz you your'
).split(' ');

/** Ways over the keys of a keyboard: along its rows, down its columns, and to and fro between two rows. */
export const KEY_PATHS: readonly string[] = [
  '1234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'zaq12wsxcde34rfvbgt56yhnmju78ik',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9',
  '!@#$%^&*()',
];

/** Characters that people write for a letter. */
export const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
};
