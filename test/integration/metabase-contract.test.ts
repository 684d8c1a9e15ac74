import { metabaseContract } from '../metabase/contract.ts';

// The stand-in keeps the contract that `npm run metabase:contract` asks of a real server.
metabaseContract(null);
