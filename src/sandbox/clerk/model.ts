/** What Clerk knows of a person who may look at the numbers. Times are milliseconds since 1970. */
export interface ClerkUser {
  readonly id: string;
  firstName: string;
  lastName: string;
  email: string;
  publicMetadata: Record<string, unknown>;
  banned: boolean;
  locked: boolean;
  lastSignInAt: number | null;
  readonly createdAt: number;
  updatedAt: number;
}

export interface ClerkOrganization {
  readonly id: string;
  readonly name: string;
  publicMetadata: Record<string, unknown>;
  readonly createdAt: number;
  updatedAt: number;
}

export interface ClerkMembership {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  role: string;
  readonly createdAt: number;
  updatedAt: number;
}

/** One instance: an application with its users. */
export interface ClerkInstance {
  readonly id: string;
  readonly secretKey: string;
  /** Signing secret of the webhook endpoint. */
  readonly webhookSecret: string;
  /** Whether it has organisations at all: a feature that is off by default. */
  readonly organizationsEnabled: boolean;
  /** Organisations whose metadata say nothing, and the RUT of the company they are: what a person types at "kpi users map". */
  readonly handMapped: Readonly<Record<string, string>>;
  readonly users: ClerkUser[];
  readonly organizations: ClerkOrganization[];
  readonly memberships: ClerkMembership[];
}
