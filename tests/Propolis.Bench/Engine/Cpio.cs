using System.Globalization;
using System.Text;

namespace Propolis.Bench.Engine;

/// <summary>An archive in the format newc, which Linux unpacks behind another initial ramdisk.</summary>
static class Cpio
{
    /// <summary>Executable files by name.</summary>
    public static byte[] Pack(IReadOnlyDictionary<string, byte[]> files)
    {
        using var archive = new MemoryStream();
        foreach (var (name, content) in files)
            Add(archive, name, content, mode: 0x81ed);
        Add(archive, "TRAILER!!!", [], mode: 0);
        return archive.ToArray();
    }

    static void Add(MemoryStream archive, string name, byte[] content, int mode)
    {
        int[] fields = [0, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        archive.Write(Encoding.ASCII.GetBytes("070701" + string.Concat(fields.Select(field => field.ToString("x8", CultureInfo.InvariantCulture)))));
        archive.Write(Encoding.ASCII.GetBytes(name + "\0"));
        Pad(archive);
        archive.Write(content);
        Pad(archive);
    }

    static void Pad(MemoryStream archive)
    {
        while (archive.Length % 4 != 0)
            archive.WriteByte(0);
    }
}
