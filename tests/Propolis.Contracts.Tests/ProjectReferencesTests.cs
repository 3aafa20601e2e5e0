using System.Text.RegularExpressions;

namespace Propolis.Contracts.Tests;

/// <summary>References between projects point one way: everything may know the contracts, engine and Crucible know neither each other nor the cluster.</summary>
public sealed partial class ProjectReferencesTests
{
    /// <summary>What each project may reference, directly. A new project must be entered here.</summary>
    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Propolis.Toml"] = [],
        ["Propolis.Terminal"] = [],
        ["Propolis.Telemetry"] = [],
        ["Propolis.Contracts"] = [],
        ["Propolis.OpenApi"] = ["Propolis.Contracts"],
        ["Propolis.SpecFiles"] = ["Propolis.Contracts", "Propolis.Toml"],
        ["Propolis.Vmm"] = [],
        ["Propolis.Crucible"] = [],
        ["Propolis.Crucible.Downstairs"] = ["Propolis.Crucible"],
        ["Propolis.Disks"] = ["Propolis.Vmm", "Propolis.Crucible"],
        ["Propolis.Standalone"] = ["Propolis.Vmm", "Propolis.Crucible", "Propolis.Disks", "Propolis.Terminal", "Propolis.Toml"],
        ["Propolis.Server"] = ["Propolis.Vmm", "Propolis.Crucible", "Propolis.Disks", "Propolis.Contracts", "Propolis.OpenApi", "Propolis.SpecFiles", "Propolis.Telemetry", "Propolis.Toml"],
        ["Propolis.Agent"] = ["Propolis.Contracts", "Propolis.Telemetry"],
        ["Propolis.Silo"] = ["Propolis.Contracts", "Propolis.OpenApi", "Propolis.Telemetry", "Propolis.Terminal"],
        ["Propolis.Silo.Orleans"] = ["Propolis.Silo", "Propolis.Contracts", "Propolis.Telemetry"],
        ["Propolis.Cli"] = ["Propolis.Contracts", "Propolis.SpecFiles", "Propolis.Telemetry", "Propolis.Terminal", "Propolis.Toml"],
    };

    public static TheoryData<string> Projects => [.. ProjectFiles().Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may_know(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is not in the table of this test: say what it may reference.");
        var file = ProjectFiles().Single(path => Path.GetFileNameWithoutExtension(path) == project);

        var references = ReferencePattern().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value);

        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Only_the_Orleans_host_and_the_contracts_take_Orleans_packages() =>
        Assert.Empty(ProjectFiles()
            .Where(file => File.ReadAllText(file).Contains("Microsoft.Orleans.", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file))
            .Except(["Propolis.Silo.Orleans", "Propolis.Contracts", "Propolis.Agent"]));

    static IEnumerable<string> ProjectFiles() =>
        new[] { "contracts", "agent", "silo", "cli" }
            .SelectMany(folder => Directory.EnumerateDirectories(Path.Combine(Root(), folder)))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"));

    static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Propolis.sln")))
        {
            at = at.Parent ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Propolis.sln.");
        }
        return at.FullName;
    }

    [GeneratedRegex("""<ProjectReference Include="[^"]*?([^/"]+)\.csproj""")]
    private static partial Regex ReferencePattern();
}
