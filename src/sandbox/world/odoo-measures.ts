/** What documents of a database are measured and labelled by. */
export interface OdooMeasures {
  readonly taxes: readonly OdooTax[];
  readonly units: readonly OdooUnit[];
  readonly teams: readonly OdooTeam[];
}

export interface OdooTax {
  readonly id: number;
  readonly name: string;
  readonly companyId: number;
  /** Percent of the base, decimal string. */
  readonly percent: string;
  /** 0 where it has none. */
  readonly siiCode: number;
}

export interface OdooUnit {
  readonly id: number;
  readonly name: string;
  /** The unit it is counted in, and how many of them it holds. */
  readonly relativeTo: number | null;
  readonly size: number;
}

export interface OdooTeam {
  readonly id: number;
  readonly name: string;
}
