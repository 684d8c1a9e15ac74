import { collect } from '../mapping/collect.ts';
import { LOCATION_FIELDS, LOCATION_REQUIRED, mapLocation } from '../mapping/location.ts';
import { windowedStream } from '../windowed-stream.ts';

export const locations = windowedStream<null>({
  name: 'locations',
  description: 'Places of stock of every usage, archived ones too',
  entities: ['location'],
  model: 'stock.location',
  intervalSeconds: 3600,
  pageSize: 2000,
  required: LOCATION_REQUIRED,
  wanted: () => LOCATION_FIELDS,
  shared: true,
  businessField: 'create_date',
  rows: { at: 'source_created_at' },
  prepare: async () => Promise.resolve(null),
  map: (records) => collect(records, mapLocation),
});
