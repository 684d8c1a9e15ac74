import type { Random } from './random.ts';
import { companyRut, personRut, typedRut } from './rut.ts';

/** An invented person or company. Mail addresses are in reserved domains and phone numbers in a block nobody has. */
export interface Party {
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** As typed: not always with a right check digit. */
  readonly rut: string | null;
  readonly city: string;
  readonly region: string;
  readonly company: boolean;
}

const FIRST = [
  'Ana',
  'Beto',
  'Carla',
  'Diego',
  'Elisa',
  'Fabián',
  'Gilda',
  'Hugo',
  'Inés',
  'Joel',
  'Kiara',
  'Lucio',
  'Mirta',
  'Nino',
  'Olga',
  'Pía',
];
const LAST = [
  'Alerce',
  'Boldo',
  'Canelo',
  'Coigüe',
  'Espino',
  'Litre',
  'Lingue',
  'Maitén',
  'Peumo',
  'Quillay',
  'Radal',
  'Tamarugo',
  'Ulmo',
];
const TRADE = ['Comercial', 'Distribuidora', 'Servicios', 'Inversiones', 'Transportes', 'Panadería', 'Ferretería', 'Constructora'];
const CHILE = [
  ['Santiago', 'Región Metropolitana'],
  ['Providencia', 'Región Metropolitana'],
  ['Ñuñoa', 'Región Metropolitana'],
  ['Viña del Mar', 'Valparaíso'],
  ['Concepción', 'Biobío'],
  ['Temuco', 'La Araucanía'],
  ['Antofagasta', 'Antofagasta'],
] as const;
const NEW_YORK = [
  ['Brooklyn', 'New York'],
  ['Albany', 'New York'],
  ['Buffalo', 'New York'],
  ['Hoboken', 'New Jersey'],
] as const;

/** A shopper. `index` keeps mail addresses apart. */
export function person(country: 'CL' | 'US', index: number, random: Random): Party {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  const [city, region] = random.pick<readonly [string, string]>(country === 'CL' ? CHILE : NEW_YORK);
  const typed = typedRut(personRut(random), random);
  const hasRut = random.chance(0.5);
  const hasMail = random.chance(0.92);
  const hasPhone = random.chance(0.6);
  const mail = `${first}.${last}.${index}`
    .normalize('NFD')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase();
  return {
    name: `${first} ${last}`,
    email: hasMail ? `${mail}@example.com` : null,
    phone: hasPhone
      ? country === 'CL'
        ? `+569000${String(index % 100_000).padStart(5, '0')}`
        : `+1212555${String(index % 10_000).padStart(4, '0')}`
      : null,
    rut: country === 'CL' && hasRut ? typed : null,
    city,
    region,
    company: false,
  };
}

/** A business customer; about one in fifteen gave a RUT whose check digit is wrong. */
export function business(index: number, random: Random): Party {
  const [city, region] = random.pick<readonly [string, string]>(CHILE);
  const right = companyRut(random);
  const digit = random.int(0, 8);
  const wrong = `${right.slice(0, -1)}${right.endsWith(String(digit)) ? digit + 1 : digit}`;
  const typed = typedRut(random.chance(0.07) ? wrong : right, random);
  return {
    name: `${random.pick(TRADE)} ${random.pick(LAST)} ${index} SpA`,
    email: `compras.${index}@example.org`,
    phone: null,
    rut: typed,
    city,
    region,
    company: true,
  };
}
