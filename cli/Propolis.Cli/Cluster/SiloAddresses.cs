namespace Propolis.Cli.Cluster;

/// <summary>The silos of one cluster: any of them serves all of it. The one in use stays in use until it does not answer.</summary>
sealed class SiloAddresses(IReadOnlyList<Uri> all)
{
    int _current;

    /// <summary>The one in use.</summary>
    public Uri Current => all[_current];

    /// <summary>How many there are.</summary>
    public int Count => all.Count;

    /// <summary>Gives the one in use up for the next.</summary>
    public void Next() => _current = (_current + 1) % all.Count;

    /// <summary>Reads URLs with commas between them; calls <paramref name="onError"/> with a sentence and returns null for others.</summary>
    public static SiloAddresses? Read(string text, Action<string> onError)
    {
        var all = new List<Uri>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(part, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            {
                onError($"--silo is '{text}'; it must be a URL such as http://127.0.0.1:12480, or several with commas between them");
                return null;
            }
            all.Add(url);
        }
        return new(all);
    }
}
