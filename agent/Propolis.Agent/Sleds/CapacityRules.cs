namespace Propolis.Agent.Sleds;

/// <summary>How much of a machine guests may have.</summary>
static class CapacityRules
{
    const long SmallestReserveMb = 256;
    const int ReserveShare = 8;

    /// <summary>Memory for guests: all but an eighth, and but 256 MiB at least, for the sled itself.</summary>
    /// <param name="totalMb">The machine's memory in MiB.</param>
    public static long ForGuests(long totalMb) => Math.Max(0, totalMb - Math.Max(SmallestReserveMb, totalMb / ReserveShare));
}
