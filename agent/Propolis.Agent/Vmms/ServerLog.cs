namespace Propolis.Agent.Vmms;

/// <summary>The output of a propolis-server, kept in its VMM's folder.</summary>
static class ServerLog
{
    const int TailBytes = 4096;
    const int LongestLine = 300;

    /// <summary>The last line that says something, cut to a readable length; null when there is none.</summary>
    public static string? LastLine(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
            using var reader = new StreamReader(file);
            var line = reader.ReadToEnd().Split('\n').Select(text => text.Trim()).LastOrDefault(text => text.Length > 0);
            return line is { Length: > LongestLine } ? line[..LongestLine] : line;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
