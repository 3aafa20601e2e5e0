namespace Propolis.Scenarios.Sleds;

/// <summary>Where the programs lie that './propolis test' published for this machine.</summary>
static class PublishedPrograms
{
    /// <summary>The folder, from PROPOLIS_PROGRAMS. Throws <see cref="ScenarioException"/> when the tests were not started by the script.</summary>
    public static string Folder =>
        Environment.GetEnvironmentVariable("PROPOLIS_PROGRAMS") ?? throw new ScenarioException("PROPOLIS_PROGRAMS is not set: start the scenarios by './propolis test Scenarios'.");
}
