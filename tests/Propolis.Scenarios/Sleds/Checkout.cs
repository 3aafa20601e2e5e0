namespace Propolis.Scenarios.Sleds;

/// <summary>The checkout that the tests were built from: its script and its guest images.</summary>
static class Checkout
{
    /// <summary>The repository's root: the folder above the test program that holds Propolis.sln.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The script.</summary>
    public static string Script => Path.Combine(Root, "propolis");

    /// <summary>What runs from this checkout.</summary>
    public static string State => Path.Combine(Root, ".data");

    /// <summary>Whether guests run directly on this machine: the same rule as the script's (kvm_is_usable).</summary>
    public static bool HasUsableKvm { get; } = ProbeKvm();

    static string FindRoot(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Propolis.sln"))) return at.FullName;
        }
        throw new ScenarioException($"No folder above {folder} holds Propolis.sln: run the tests from a checkout.");
    }

    static bool ProbeKvm()
    {
        if (Environment.GetEnvironmentVariable("PROPOLIS_SLEDS") == "emulated") return false;
        var words = File.ReadAllText("/proc/cpuinfo").Split([' ', '\n', '\t']);
        if (!words.Contains("vmx") && !words.Contains("svm")) return false;
        try
        {
            using var device = File.Open("/dev/kvm", FileMode.Open, FileAccess.ReadWrite);
            return true;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
