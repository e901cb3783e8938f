using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.Json;

namespace LowLatency.ConsoleHost.Config;

/// <summary>
/// Reads a configuration file: JSON with comments and trailing commas. Keys stand at the top or in an object named like
/// their section. Unknown keys, doubled keys and wrong shapes are errors that name file, line and column.
/// </summary>
internal ref struct ConfigFile
{
    private static readonly JsonReaderOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private const string SchemaMember = "$schema";

    private readonly string _path;
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly HashSet<string> _seen = [];
    private readonly Action<ConfigKey, ConfigValue> _take;
    private readonly Action<CommandException>? _report;
    private Utf8JsonReader _reader;

    private ConfigFile(
        string path, ReadOnlySpan<byte> bytes, Action<ConfigKey, ConfigValue> take, Action<CommandException>? report)
    {
        _report = report;
        _path = path;
        _bytes = bytes;
        _take = take;
        _reader = new Utf8JsonReader(bytes, Lenient);
    }

    /// <summary>
    /// Reads a file and hands over its settings. With <paramref name="report"/> a wrong key or value is reported and
    /// the rest is read; what is no JSON ends it either way.
    /// </summary>
    /// <exception cref="CommandException">The file is missing or wrong.</exception>
    public static void Read(
        string path, Action<ConfigKey, ConfigValue> take, Action<CommandException>? report = null)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--config {path}: {fault.Message}", ExitCodes.Config);
        }

        ReadOnlySpan<byte> text = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsSpan(3) : bytes;
        ConfigFile file = new(path, text, take, report);
        try
        {
            file.ReadAll();
        }
        catch (JsonException fault)
        {
            string message = fault.Message;
            int cut = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            string place = Place(path, (fault.LineNumber ?? 0) + 1, (fault.BytePositionInLine ?? 0) + 1);
            throw new CommandException($"{place}: {(cut < 0 ? message : message[..cut])}", ExitCodes.Config);
        }
        catch (InvalidOperationException)
        {
            // The reader's, of half a surrogate pair or of bytes that are no UTF-8: it looks when text is asked for.
            throw new CommandException($"{file.Here()}: this text is not Unicode", ExitCodes.Config);
        }
    }

    private void ReadAll()
    {
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartObject)
            throw new CommandException($"{Here()}: a configuration is one JSON object {{ }}", ExitCodes.Config);
        ReadMembers(null);
        while (_reader.Read())
        {
            // Only comments may follow; anything else is a JsonException of the reader.
        }
    }

    private void ReadMembers(string? section)
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = _reader.GetString()!;
            string place = Here();
            _reader.Read();
            if (section is null && _reader.TokenType == JsonTokenType.StartObject
                && ConfigCatalog.FindSection(name) is { } found)
            {
                ReadMembers(found);
                continue;
            }

            Utf8JsonReader atValue = _reader;
            try
            {
                ReadMember(section, name, place);
            }
            catch (CommandException fault) when (_report is not null)
            {
                _report(fault);
                _reader = atValue;
                _reader.Skip();
            }
        }
    }

    private void ReadMember(string? section, string name, string place)
    {
        if (section is null && name == SchemaMember)
        {
            _reader.Skip(); // for editors
            return;
        }

        ConfigKey key = FindKey(section, name, place);
        if (!_seen.Add(key.Name)) throw Fault(place, $"key '{name}' is there twice; keep one");
        _take(key, ReadValue(key));
    }

    private static ConfigKey FindKey(string? section, string name, string place)
    {
        if (section is null) return ConfigCatalog.Find(name) ?? throw Unknown(place, name, null);
        if (ConfigCatalog.Find(section, name) is { } member) return member;
        if (ConfigCatalog.Find(name) is not { } other) throw Unknown(place, name, section);
        throw Fault(place, $"key '{name}' belongs to section '{other.Section}', not '{section}'");
    }

    private ConfigValue ReadValue(ConfigKey key)
    {
        string place = Here();
        List<ConfigItem> items = [];
        List<ConfigObject> objects = [];
        string text = string.Empty;
        switch (key.Shape)
        {
            case ConfigShape.List:
                if (_reader.TokenType != JsonTokenType.StartArray) throw Fault(place, $"{key.Name}: give a list [ ]");
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                    items.Add(new ConfigItem(string.Empty, Scalar(key), Here()));
                break;
            case ConfigShape.Map:
                ReadItems(key, items, null);
                break;
            case ConfigShape.Objects:
                if (_reader.TokenType != JsonTokenType.StartArray) throw Fault(place, $"{key.Name}: give a list [ ]");
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    string objectPlace = Here();
                    List<ConfigItem> members = [];
                    ReadItems(key, members, key.Members);
                    objects.Add(new ConfigObject(members, objectPlace));
                }

                break;
            default:
                text = Scalar(key);
                break;
        }

        return new ConfigValue(ConfigLayer.File, place, key.Name, text, items)
        {
            Objects = objects,
            Folder = Path.GetDirectoryName(Path.GetFullPath(_path)) ?? string.Empty,
        };
    }

    /// <summary>Reads an object of scalars; with <paramref name="known"/> only these, each once.</summary>
    private void ReadItems(ConfigKey key, List<ConfigItem> items, IReadOnlyList<string>? known)
    {
        if (_reader.TokenType != JsonTokenType.StartObject) throw Fault(Here(), $"{key.Name}: give an object {{ }}");
        HashSet<string> seen = [];
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = _reader.GetString()!;
            string place = Here();
            if (known is not null && !Contains(known, name))
                throw Fault(place, $"{key.Name}: unknown key '{name}'{Nearest.Hint(name, known)}");
            if (!seen.Add(name)) throw Fault(place, $"{key.Name}: key '{name}' is there twice; keep one");
            _reader.Read();
            items.Add(new ConfigItem(name, Scalar(key), place));
        }
    }

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        foreach (string known in names)
        {
            if (known == name) return true;
        }

        return false;
    }

    private readonly string Scalar(ConfigKey key) => _reader.TokenType switch
    {
        JsonTokenType.String => _reader.GetString()!,
        JsonTokenType.Number => Encoding.UTF8.GetString(_reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => throw Fault(Here(), $"{key.Name}: give a number, text, true or false (leave the key out for its default)"),
    };

    private static CommandException Unknown(string place, string name, string? section) =>
        Fault(place, $"unknown key '{name}'{Nearest.Hint(name, ConfigCatalog.Names(section))}");

    private static CommandException Fault(string place, string message) => new($"{place}: {message}", ExitCodes.Config);

    private readonly string Here()
    {
        int offset = (int)Math.Min(_reader.TokenStartIndex, _bytes.Length);
        ReadOnlySpan<byte> before = _bytes[..offset];
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        return Place(_path, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[lineStart..]) + 1);
    }

    private static string Place(string path, long line, long column) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}, column {column}");
}
