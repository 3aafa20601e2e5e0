using System.Globalization;

namespace Propolis.Agent.Regions;

/// <summary>The command lines of crucible-downstairs; pure.</summary>
static class RegionCommandRules
{
    /// <summary>Where the blocks are.</summary>
    /// <param name="folder">The region's folder.</param>
    public static string DataOf(string folder) => Path.Combine(folder, "data");

    /// <summary>Makes the files.</summary>
    /// <param name="record">The region.</param>
    /// <param name="folder">Its folder.</param>
    public static IReadOnlyList<string> Create(RegionRecord record, string folder)
    {
        List<string> arguments =
        [
            "create", "--data", DataOf(folder), "--uuid", record.Region.ToString("D"), "--block-size", Text(record.Request.BlockSize),
            "--extent-size", Text(record.Request.BlocksPerExtent), "--extent-count", Text(record.Request.ExtentCount),
        ];
        if (record.Request.Encrypted)
            arguments.Add("--encrypted");
        return arguments;
    }

    /// <summary>Removes a snapshot.</summary>
    /// <param name="folder">The region's folder.</param>
    /// <param name="snapshot">The snapshot.</param>
    public static IReadOnlyList<string> RemoveSnapshot(string folder, Guid snapshot) => ["snapshot-delete", "--data", DataOf(folder), "--name", snapshot.ToString("D")];

    /// <summary>Serves them.</summary>
    /// <param name="record">The region.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="host">The address to listen on.</param>
    public static IReadOnlyList<string> Run(RegionRecord record, string folder, string host) =>
        ["run", "--data", DataOf(folder), "--address", host, "--port", Text(record.DataPort), "--repair-port", Text(record.RepairPort)];

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
