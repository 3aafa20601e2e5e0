namespace Propolis.Cli.Cluster;

/// <summary>Who the silo is told acts: the user's name, unless the variable PROPOLIS_ACTOR says another.</summary>
static class Actor
{
    const int Longest = 64;
    const string Nobody = "cli";

    /// <summary>The name, made of printable characters only.</summary>
    /// <param name="read">Reads an environment variable.</param>
    public static string Of(Func<string, string?> read)
    {
        var text = read("PROPOLIS_ACTOR") is { Length: > 0 } said ? said : Environment.UserName;
        var name = new string([.. text.Where(letter => letter is > ' ' and <= '~').Take(Longest)]);
        return name.Length > 0 ? name : Nobody;
    }
}
